"""Checks of sessions: their end, the state of the server, locales and words, shutdown."""

from __future__ import annotations

import asyncio
from typing import Final

from opcross.codes import Hresult
from opcross.opc.codes import DISP_E_OVERFLOW, DaCode
from opcross.opc.da.conformance.play import CHOSEN, OBSERVED, SPECIFIED, Play, rule
from opcross.opc.da.model import ServerState

__all__ = ["SESSIONS"]

_NO_LOCALE: Final = 0x7F7F
"""An LCID that no language has."""


@rule("session-close-twice", CHOSEN)
async def close_twice(play: Play) -> None:
    """Closing a session twice does nothing."""
    session = await play.another_session()
    await session.close()
    await session.close()


@rule("session-closed-refuses", CHOSEN)
async def closed_refuses(play: Play) -> None:
    """Every call on a closed session fails."""
    session = await play.another_session()
    await session.close()
    await play.fails(session.status(), "asking a closed session for its status")
    await play.fails(play.group(session=session), "adding a group to a closed session")
    await play.fails(session.read([play.item("number")], 0), "reading through a closed session")


@rule("session-close-ends-streams", CHOSEN)
async def close_ends_streams(play: Play) -> None:
    """Streams end with E_ABORT when their session is closed."""
    session = await play.another_session()
    group = await play.group(session=session)
    await play.add(group, play.item("number"))
    async with play.watch(group) as watcher:
        await watcher.change("the first change")
        await session.close()
        await watcher.aborted("the stream of a closed session")


@rule("session-apart", SPECIFIED)
async def sessions_apart(play: Play) -> None:
    """Closing one session leaves the groups and streams of another alone."""
    other = await play.another_session()
    await play.group("theirs", session=other)
    group = await play.group("mine")
    handles = await play.add(group, play.item("number"))
    async with play.watch(group) as watcher:
        await watcher.change("the first change")
        await other.close()
        await watcher.quiet("the stream of a session after another was closed")
        play.good(await play.device_value(group, handles[0]), "a read after another session was closed")


@rule("session-groups-private", SPECIFIED)
async def groups_private(play: Play) -> None:
    """Two sessions may each have a group of the same name."""
    other = await play.another_session()
    mine = await play.group("same")
    theirs = await play.group("same", session=other)
    await play.add(mine, play.item("number"))
    play.equal(len(await theirs.items()), 0, "items of the other session's group of the same name")


@rule("status-running", SPECIFIED)
async def status_running(play: Play) -> None:
    """A server that works says so, and names its vendor."""
    status = await play.session.status()
    play.equal(int(status.state), int(ServerState.RUNNING), "state of the server")
    play.expect(bool(status.vendor), "vendor", "words", repr(status.vendor))


@rule("status-times", SPECIFIED)
async def status_times(play: Play) -> None:
    """The server started before now, and now moves on."""
    before = await play.session.status()
    play.expect(before.start_time > 0, "start time", "a time", before.start_time)
    play.expect(
        before.start_time <= before.current_time,
        "current time",
        f"not before the start ({before.start_time})",
        before.current_time,
    )
    await play.wait()
    after = await play.session.status()
    play.equal(after.start_time, before.start_time, "start time, asked for again")
    play.expect(
        after.current_time > before.current_time,
        "current time, later",
        f"more than {before.current_time}",
        after.current_time,
    )


@rule("status-group-count", SPECIFIED)
async def status_group_count(play: Play) -> None:
    """The number of groups follows adding and removing."""
    before = (await play.session.status()).group_count
    group = await play.group()
    play.equal((await play.session.status()).group_count, before + 1, "number of groups, one more added")
    await group.remove()
    play.equal((await play.session.status()).group_count, before, "number of groups, that one removed")


@rule("status-last-update", SPECIFIED)
async def status_last_update(play: Play) -> None:
    """Once a stream gave a change, the time of the last update is set."""
    group = await play.group()
    await play.add(group, play.item("number"))
    async with play.watch(group) as watcher:
        await watcher.change("the first change")
        status = await play.session.status()
        play.expect(
            0 < status.last_update_time <= status.current_time,
            "time of the last update, after a change",
            f"a time not after now ({status.current_time})",
            status.last_update_time,
        )


@rule("locale-listed", SPECIFIED)
async def locale_listed(play: Play) -> None:
    """There is at least one locale, and each can be chosen."""
    locales = await play.session.locales()
    play.expect(len(locales) > 0, "locales", "at least one", locales)
    for locale in locales:
        await play.session.set_locale(locale)
        play.equal(await play.session.locale(), locale, "locale, after it was chosen")


@rule("locale-unknown", SPECIFIED)
async def locale_unknown(play: Play) -> None:
    """A locale that is not listed is refused, and the session keeps its own."""
    await play.session.set_locale((await play.session.locales())[0])
    before = await play.session.locale()
    await play.refused(play.session.set_locale(_NO_LOCALE), [Hresult.E_INVALIDARG], "choosing locale 0x7F7F")
    play.equal(await play.session.locale(), before, "locale, after another was refused")


@rule("client-name", SPECIFIED)
async def client_name(play: Play) -> None:
    """Any name is taken, an empty one too."""
    for name in ("conformance suite", "Prüfling ✓", ""):
        await play.session.set_client_name(name)
    await play.session.status()


@rule("error-text", OBSERVED)
async def error_text(play: Play) -> None:
    """There are words for every HRESULT, known or not."""
    codes = [*DaCode, Hresult.S_OK, Hresult.S_FALSE, Hresult.E_FAIL, DISP_E_OVERFLOW, 0x8BADF00D, 0xFFFFFFFF]
    for code in codes:
        text = await play.session.error_text(int(code))
        play.expect(bool(text.strip()), f"words for 0x{int(code):08X}", "some", repr(text))


@rule("error-text-locale", SPECIFIED)
async def error_text_locale(play: Play) -> None:
    """Words can be asked for in every locale that is listed."""
    for locale in await play.session.locales():
        text = await play.session.error_text(DaCode.E_BADRIGHTS, locale)
        play.expect(bool(text.strip()), f"words in locale 0x{locale:04X}", "some", repr(text))


@rule("shutdown-waits", SPECIFIED)
async def shutdown_waits(play: Play) -> None:
    """Waiting for the server's end lasts, and may be abandoned without harm."""
    for _ in range(2):
        try:
            async with asyncio.timeout(play.subject.settle):
                reason = await play.session.shutdown()
        except TimeoutError:
            continue
        raise play.fail("waiting for a shutdown nobody asked for", "no end", f"reason {reason!r}")
    await play.session.status()


@rule("shutdown-reason", SPECIFIED)
async def shutdown_reason(play: Play) -> None:
    """When the server asks its clients to leave, every session learns the reason."""
    shut_down = play.subject.shut_down
    play.need(shut_down is not None, "way to be shut down")
    assert shut_down is not None
    other = await play.another_session()
    waiting = [asyncio.ensure_future(session.shutdown()) for session in (play.session, other)]
    try:
        await play.wait()
        await shut_down("maintenance")
        for reason in await asyncio.gather(*waiting):
            play.equal(reason, "maintenance", "reason of the shutdown")
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


SESSIONS: Final = (
    close_twice,
    closed_refuses,
    close_ends_streams,
    sessions_apart,
    groups_private,
    status_running,
    status_times,
    status_group_count,
    status_last_update,
    locale_listed,
    locale_unknown,
    client_name,
    error_text,
    error_text_locale,
    shutdown_waits,
    shutdown_reason,
)
