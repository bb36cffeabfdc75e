"""Server handles and client handles, against a dictionary."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from opcross.opc.da.exporter.handles import HandleTable

HANDLES = st.lists(st.integers(0, 12), max_size=6)
STEPS = st.lists(st.tuples(st.sampled_from(["add", "remove", "client", "on", "off"]), HANDLES), max_size=10)


@given(STEPS, HANDLES)
def test_a_table_is_a_dictionary(steps: list[tuple[str, list[int]]], asked: list[int]) -> None:
    table, model, fresh = HandleTable(), dict[int, tuple[int, bool]](), 0
    for what, handles in steps:
        array = np.array(handles, np.uint32)
        if what == "add":
            servers = [handle for handle in dict.fromkeys(handles) if handle not in model]
            fresh += 1
            model |= {server: (fresh, server % 2 == 0) for server in servers}
            clients = np.full(len(servers), fresh)
            table.add(
                np.array(servers, np.uint32), clients, np.array([one % 2 == 0 for one in servers], bool)
            )
        elif what == "remove":
            table.remove(array)
            model = {server: row for server, row in model.items() if server not in handles}
        elif what == "client":
            table.set_clients(array, array + 100)
            model |= {server: (server + 100, model[server][1]) for server in handles if server in model}
        else:
            table.set_active(array, active=what == "on")
            model |= {server: (model[server][0], what == "on") for server in handles if server in model}
    clients, known = table.clients(np.array(asked, np.uint32))
    assert known.tolist() == [server in model for server in asked]
    assert clients.tolist() == [model[server][0] if server in model else 0 for server in asked]
    assert sorted(table.active_clients().tolist()) == sorted(client for client, on in model.values() if on)
    assert len(table) == len(model)
