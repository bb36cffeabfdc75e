"""Sphinx configuration."""

from __future__ import annotations

from opcross import __version__

project = "Opcross"
author = "The Opcross developers"
copyright = "the Opcross developers"  # noqa: A001  (the name is Sphinx's)
release = __version__
version = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = f"Opcross {__version__}"
exclude_patterns = ["_build"]
nitpicky = False
# Several packages have a class called Limits; a type in a signature names none of them in full.
suppress_warnings = ["ref.python"]
autodoc_typehints = "description"
autodoc_member_order = "bysource"
