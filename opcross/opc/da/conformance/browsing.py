"""Checks of browsing: kinds of elements, pages, filters, and the names found."""

from __future__ import annotations

from typing import Final

from opcross.codes import Hresult, failed
from opcross.ndr import VarType
from opcross.opc.codes import DaCode
from opcross.opc.da.conformance.play import CHOSEN, SPECIFIED, Play, rule
from opcross.opc.da.model import (
    AccessRights,
    BrowseElement,
    BrowseFilter,
    BrowseRequest,
    ItemDefinition,
    Organization,
)

__all__ = ["BROWSING"]

_NO_BRANCH: Final = (DaCode.E_UNKNOWNITEMID, DaCode.E_INVALIDITEMID)
_WILD: Final = frozenset("*?#[]!-")
_MOST: Final = 5_000
"""Elements that a walk looks at, in address spaces that are larger."""


async def _browse(play: Play, request: BrowseRequest) -> list[BrowseElement]:
    """All pages, put together."""
    found: list[BrowseElement] = []
    seen: set[str] = set()
    while True:
        page = await play.session.browse(request)
        found += page.elements
        if not page.continuation or len(found) > _MOST:
            return found
        play.expect(page.continuation not in seen, "continuation point", "a new one", page.continuation)
        seen.add(page.continuation)
        request = BrowseRequest(
            branch=request.branch,
            filter=request.filter,
            name_filter=request.name_filter,
            vendor_filter=request.vendor_filter,
            data_type=request.data_type,
            rights=request.rights,
            limit=request.limit,
            properties=request.properties,
            property_values=request.property_values,
            continuation=page.continuation,
        )


async def _walk(play: Play, branch: str) -> set[str]:
    """The ids of all items at and below a branch."""
    found: set[str] = set()
    branches, visited = [branch], set[str]()
    while branches and len(found) < _MOST:
        here = branches.pop()
        visited.add(here)
        for element in await _browse(play, BrowseRequest(branch=here)):
            if element.is_item:
                found.add(element.item_id)
            if element.has_children and element.item_id not in visited:
                branches.append(element.item_id)
    return found


def _branch(play: Play) -> str:
    """The branch that the subject names, or the root."""
    return play.subject.branch or ""


async def _plain_element(play: Play) -> BrowseElement:
    """An element whose name has no wildcard in it."""
    for element in await _browse(play, BrowseRequest(branch=_branch(play))):
        if element.name and not _WILD & set(element.name):
            return element
    raise play.fail("elements of the branch", "one with a plain name", "none")


@rule("organization", SPECIFIED)
async def organization(play: Play) -> None:
    """A flat address space has no branches, and says which kind it is."""
    kind = await play.session.organization()
    play.expect(kind in tuple(Organization), "organization", "hierarchical or flat", kind)
    branches = await _browse(play, BrowseRequest(filter=BrowseFilter.BRANCHES))
    if kind is Organization.FLAT:
        play.equal([element.name for element in branches], [], "branches of a flat address space")


@rule("browse-root", SPECIFIED)
async def browse_root(play: Play) -> None:
    """The root has elements, and a branch found there can be browsed."""
    elements = await _browse(play, BrowseRequest())
    play.expect(len(elements) > 0, "elements of the root", "some", "none")
    for element in elements[:20]:
        play.expect(bool(element.name), f"name of {element.item_id!r}", "some", repr(element.name))
        if element.has_children:
            await play.session.browse(BrowseRequest(branch=element.item_id, limit=10))


@rule("browse-kinds", SPECIFIED)
async def browse_kinds(play: Play) -> None:
    """Each filter gives the elements of its kind, and together they are all."""
    for branch in {"", _branch(play)}:
        found = {
            kind: await _browse(play, BrowseRequest(branch=branch, filter=kind))
            for kind in (BrowseFilter.ALL, BrowseFilter.BRANCHES, BrowseFilter.ITEMS, BrowseFilter.LEAVES)
        }
        for element in found[BrowseFilter.BRANCHES]:
            play.expect(element.has_children, f"branch {element.name!r}", "children", "none")
        for element in found[BrowseFilter.ITEMS]:
            play.expect(element.is_item, f"item {element.name!r}", "an item", "none")
        for element in found[BrowseFilter.LEAVES]:
            play.expect(
                element.is_item and not element.has_children,
                f"leaf {element.name!r}",
                "an item without children",
                element,
            )
        names = {kind: {element.name for element in elements} for kind, elements in found.items()}
        union = names[BrowseFilter.BRANCHES] | names[BrowseFilter.ITEMS]
        play.equal(sorted(names[BrowseFilter.ALL]), sorted(union), f"all elements of {branch!r}")
        play.expect(
            names[BrowseFilter.LEAVES] <= names[BrowseFilter.ITEMS],
            f"leaves of {branch!r}",
            "to be items",
            sorted(names[BrowseFilter.LEAVES] - names[BrowseFilter.ITEMS]),
        )


@rule("browse-flat", SPECIFIED)
async def browse_flat(play: Play) -> None:
    """FLAT gives every item at and below the branch."""
    for branch in {"", _branch(play)}:
        flat = await _browse(play, BrowseRequest(branch=branch, filter=BrowseFilter.FLAT))
        ids = [element.item_id for element in flat]
        play.expect(all(element.is_item for element in flat), "elements of FLAT", "items only", "others, too")
        play.equal(len(set(ids)), len(ids), f"different items of FLAT at {branch!r}")
        if len(ids) < _MOST:
            play.equal(sorted(ids), sorted(await _walk(play, branch)), f"items of FLAT at {branch!r}")


@rule("browse-finds-items", CHOSEN)
async def browse_finds_items(play: Play) -> None:
    """Items that can be added can be found by browsing."""
    flat = await _browse(play, BrowseRequest(filter=BrowseFilter.FLAT))
    ids = {element.item_id for element in flat}
    play.expect(play.item("number") in ids, "items of FLAT", play.item("number"), f"{len(ids)} others")


@rule("browse-stateless", SPECIFIED)
async def browse_stateless(play: Play) -> None:
    """Browsing elsewhere does not disturb the pages of a branch."""
    branch = _branch(play)
    whole = [element.name for element in await _browse(play, BrowseRequest(branch=branch))]
    play.need(len(whole) > 1, "branch of two elements")
    first = await play.session.browse(BrowseRequest(branch=branch, limit=1))
    await _browse(play, BrowseRequest(limit=1 if len(whole) < 50 else 0))
    await _browse(play, BrowseRequest(filter=BrowseFilter.FLAT))
    rest = await play.session.browse(BrowseRequest(branch=branch, limit=1, continuation=first.continuation))
    play.equal([element.name for element in rest.elements], whole[1:2], "the page after other browsing")


@rule("browse-paging", SPECIFIED)
async def browse_paging(play: Play) -> None:
    """Pages are no longer than asked for, and put together are the branch."""
    for branch in {"", _branch(play)}:
        whole = [element.item_id for element in await _browse(play, BrowseRequest(branch=branch))]
        for limit in (1, 2, len(whole)):
            if len(whole) > 200 * limit or not limit:
                continue
            continuation, found = "", list[str]()
            while True:
                page = await play.session.browse(
                    BrowseRequest(branch=branch, limit=limit, continuation=continuation)
                )
                play.expect(
                    len(page.elements) <= limit, "elements of a page", f"{limit} at most", len(page.elements)
                )
                found += [element.item_id for element in page.elements]
                continuation = page.continuation
                if not continuation or len(found) > len(whole):
                    break
            play.equal(found, whole, f"pages of {limit} of branch {branch!r}, put together")


@rule("browse-continuation-unknown", SPECIFIED)
async def browse_continuation_unknown(play: Play) -> None:
    """A continuation point that was never given is refused."""
    for continuation in ("no such point", "-1", "\x00", "99999999999999999999"):
        await play.refused(
            play.session.browse(BrowseRequest(limit=1, continuation=continuation)),
            [DaCode.E_INVALIDCONTINUATIONPOINT],
            f"browsing on from {continuation!r}",
        )


@rule("browse-unknown-branch", SPECIFIED)
async def browse_unknown_branch(play: Play) -> None:
    """A branch that is not there is refused."""
    request = BrowseRequest(branch=play.subject.unknown)
    await play.refused(play.session.browse(request), _NO_BRANCH, "browsing a branch that is not there")


@rule("browse-name-filter", SPECIFIED)
async def browse_name_filter(play: Play) -> None:
    """A name filter is matched against the element's own name."""
    branch = _branch(play)
    whole = [element.item_id for element in await _browse(play, BrowseRequest(branch=branch))]
    any_name = await _browse(play, BrowseRequest(branch=branch, name_filter="*"))
    play.equal([element.item_id for element in any_name], whole, "elements whose name fits *")
    name = (await _plain_element(play)).name
    for pattern in (name, f"{name[:1]}*", f"*{name[-1:]}", f"?{name[1:]}", "?" * len(name)):
        found = [
            element.name for element in await _browse(play, BrowseRequest(branch=branch, name_filter=pattern))
        ]
        play.expect(name in found, f"elements whose name fits {pattern!r}", repr(name), found)
    for pattern in (f"{name}?", f"{name}opcross*", "no such name"):
        found = [
            element.name for element in await _browse(play, BrowseRequest(branch=branch, name_filter=pattern))
        ]
        play.expect(name not in found, f"elements whose name fits {pattern!r}", f"not {name!r}", found)


@rule("browse-name-filter-sets", SPECIFIED)
async def browse_name_filter_sets(play: Play) -> None:
    """A set in brackets stands for one of its characters, or for any other."""
    branch = _branch(play)
    name = (await _plain_element(play)).name
    first, rest = name[0], name[1:]
    for pattern, fits in ((f"[{first}]{rest}", True), (f"[!{first}]{rest}", False)):
        found = [
            element.name for element in await _browse(play, BrowseRequest(branch=branch, name_filter=pattern))
        ]
        play.equal(name in found, fits, f"whether {name!r} fits {pattern!r}")


@rule("browse-type-filter", SPECIFIED)
async def browse_type_filter(play: Play) -> None:
    """A data type restricts items to those of that type, and leaves branches alone."""
    request = BrowseRequest(filter=BrowseFilter.FLAT, data_type=VarType.R8)
    ids = [element.item_id for element in await _browse(play, request)]
    play.expect(play.item("number") in ids, "items of type VT_R8", play.item("number"), f"{len(ids)} others")
    results = await play.session.validate([ItemDefinition(item_id=item_id) for item_id in ids])
    others = {item_id for item_id, vartype in zip(ids, results.types, strict=True) if vartype != VarType.R8}
    play.equal(others, set(), "items of other types")
    branches = await _browse(play, BrowseRequest(filter=BrowseFilter.BRANCHES))
    typed = await _browse(play, BrowseRequest(filter=BrowseFilter.BRANCHES, data_type=VarType.R8))
    play.equal(
        [element.name for element in typed], [element.name for element in branches], "branches with a type"
    )


@rule("browse-rights-filter", SPECIFIED)
async def browse_rights_filter(play: Play) -> None:
    """Access rights restrict items to those that have them."""
    for rights, absent in ((AccessRights.WRITEABLE, "read_only"), (AccessRights.READABLE, "write_only")):
        request = BrowseRequest(filter=BrowseFilter.FLAT, rights=rights)
        ids = [element.item_id for element in await _browse(play, request)]
        results = await play.session.validate([ItemDefinition(item_id=item_id) for item_id in ids])
        lacking = {
            item_id for item_id, mask in zip(ids, results.rights, strict=True) if not int(mask) & rights
        }
        play.equal(lacking, set(), f"items without the right {rights.name}")
        excluded = getattr(play.subject, absent)
        play.expect(excluded not in ids, f"items with the right {rights.name}", f"not {excluded}", excluded)
    readable = BrowseRequest(filter=BrowseFilter.FLAT, rights=AccessRights.READABLE)
    found = {element.item_id for element in await _browse(play, readable)}
    play.expect(play.item("number") in found, "readable items", play.item("number"), f"{len(found)} others")


@rule("browse-properties", SPECIFIED)
async def browse_properties(play: Play) -> None:
    """Properties that were asked for come with each item, with values if asked for."""
    for values in (True, False):
        request = BrowseRequest(
            branch=_branch(play),
            filter=BrowseFilter.ITEMS if play.subject.branch else BrowseFilter.FLAT,
            properties=(1, 5),
            property_values=values,
            limit=10,
        )
        page = await play.session.browse(request)
        play.expect(len(page.elements) > 0, "items", "some", "none")
        for element in page.elements:
            found = element.properties
            if found is None:
                raise play.fail(f"properties of {element.name!r}", "1 and 5", "none")
            play.equal([one.id for one in found.properties], [1, 5], f"properties of {element.name!r}")
            for one in found.properties:
                play.equal(one.error, int(Hresult.S_OK), f"error of property {one.id} of {element.name!r}")
                has_value = one.value is not None and one.value.vt != VarType.EMPTY
                play.equal(has_value, values, f"whether property {one.id} has a value")
    without = await play.session.browse(BrowseRequest(branch=_branch(play), limit=10))
    for element in without.elements:
        play.expect(
            element.properties is None or not element.properties.properties,
            f"properties of {element.name!r} that nobody asked for",
            "none",
            element.properties,
        )


@rule("access-paths", SPECIFIED)
async def access_paths(play: Play) -> None:
    """Every access path that is listed for an item is accepted with it."""
    item_id = play.item("number")
    for path in await play.session.access_paths(item_id):
        results = await play.session.validate([ItemDefinition(item_id=item_id, access_path=path)])
        error = play.result(results)[3]
        play.expect(not failed(error), f"adding with access path {path!r}", "success", f"0x{error:08X}")


@rule("names-case", CHOSEN)
async def names_case(play: Play) -> None:
    """Item ids are matched whatever their case, and given back as the server spells them."""
    play.need(play.subject.ignores_case, "disregard for case")
    item_id = play.item("number")
    group = await play.group(active=False)
    await play.add(group, item_id.swapcase())
    play.equal([item.item_id for item in await group.items()], [item_id], "item id of what was added")


BROWSING: Final = (
    organization,
    browse_root,
    browse_kinds,
    browse_flat,
    browse_finds_items,
    browse_stateless,
    browse_paging,
    browse_continuation_unknown,
    browse_unknown_branch,
    browse_name_filter,
    browse_name_filter_sets,
    browse_type_filter,
    browse_rights_filter,
    browse_properties,
    access_paths,
    names_case,
)
