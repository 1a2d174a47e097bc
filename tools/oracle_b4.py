# Asks b4 (Debian's package) what series a mailbox holds: revisions, patches in order, trailers given in replies.
# Prints JSON. Used by tools/oracle_b4.mjs; needs no network.
import json
import logging
import mailbox
import sys

sys.path.insert(0, "/usr/lib/python3/dist-packages")
import b4  # noqa: E402

b4.logger.setLevel(logging.CRITICAL)


def trailers(message):
    return sorted({(t.name, t.value) for t in message.followup_trailers})


def read(path):
    box = b4.LoreMailbox()
    for message in mailbox.mbox(path):
        box.add_message(message)
    out = []
    for revision in sorted(box.series):
        try:
            series = box.get_series(revision, sloppytrailers=False, reroll=False)
        except Exception as error:  # b4's own failure is no judgement
            out.append({"revision": revision, "error": str(error)})
            continue
        if series is None:
            continue
        patches = []
        for number, patch in enumerate(series.patches):
            if patch is None:
                continue
            patches.append({
                "number": number,
                "subject": patch.subject,
                "messageId": patch.msgid,
                "trailers": trailers(patch),
            })
        out.append({
            "revision": revision,
            "total": series.expected,
            "patches": patches,
            "mismatches": sorted((name, value) for name, value, _, _ in series.trailer_mismatches),
        })
    return out


print(json.dumps({path: read(path) for path in sys.argv[1:]}))
