"""Runs under the interpreter that has Samba's modules: its GENSEC as a client, one command a line.

``step TOKEN`` answers ``TOKEN DONE``; ``sign BODY PDU`` the signature; ``check BODY PDU SIGNATURE`` ``ok``;
``wrap DATA`` and ``unwrap DATA`` what they say. Octets are hex, nothing is ``-``.
"""

from __future__ import annotations

import sys

from samba import credentials, gensec, param  # type: ignore[import-not-found]  # another interpreter's


def octets(word: str) -> bytes:
    return b"" if word == "-" else bytes.fromhex(word)


def word(data: bytes) -> str:
    return data.hex() or "-"


def make(mechanism: str, features: str, user: str, password: str, domain: str) -> gensec.Security:
    settings = {"lp_ctx": param.LoadParm(), "target_hostname": "opcsrv"}
    settings["lp_ctx"].set("netbios name", "SAMBA")
    who = credentials.Credentials()
    who.guess(settings["lp_ctx"])
    who.set_kerberos_state(credentials.DONT_USE_KERBEROS)
    if user == "-":
        who.set_anonymous()
    else:
        who.set_username(user)
        who.set_password(password)
        who.set_domain(domain)
    client = gensec.Security.start_client(settings)
    client.set_credentials(who)
    if "sign" in features:
        client.want_feature(gensec.FEATURE_SIGN)
    if "seal" in features:
        client.want_feature(gensec.FEATURE_SEAL)
    client.want_feature(gensec.FEATURE_DCE_STYLE)
    client.start_mech_by_name(mechanism)
    return client


def main() -> None:
    client = make(*sys.argv[1:])
    for line in sys.stdin:
        verb, *words = line.split()
        arguments = [octets(each) for each in words]
        if verb == "step":
            done, token = client.update(arguments[0])
            answer = f"{word(token)} {'done' if done else 'more'}"
        elif verb == "sign":
            answer = word(client.sign_packet(*arguments))
        elif verb == "check":
            client.check_packet(*arguments)
            answer = "ok"
        elif verb == "wrap":
            answer = word(client.wrap(*arguments))
        else:
            answer = word(client.unwrap(*arguments))
        sys.stdout.write(answer + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
