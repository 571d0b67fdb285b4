"""What a campaign says at its end."""

import shutil
from pathlib import Path

from iotrex_followup.embedded.home import CHECKOUT
from tests.faults.campaign import DRAIN_SECONDS, Told

SHOWN = 40  # violations


def report(told: Told, *, seed: int, seconds: float, logs: Path) -> int:
    """Print what was done and counted; return 1 when something does not hold."""
    print(f"\nDone in {seconds:.0f} s: {told.kills} processes killed")
    for what, number in sorted(told.faults.items()):
        print(f"  {number:6}  {what}")
    print(f"{told.messages} messages ended as")
    for what, number in told.ends.most_common():
        print(f"  {number:6}  {what}")
    print(f"{told.moods.total()} times the providers were called, and did")
    for what, number in told.moods.most_common():
        print(f"  {number:6}  {what}")
    print("of the messages the providers took")
    for what, number in told.taken.most_common():
        print(f"  {number:6}  {what}")
    print(f"{told.specimens} specimens were stored, each graded, the critical ones with one alert")
    slowest = max(told.drained, default=0)
    print(
        f"{len(told.drained)} rounds, each drained within {slowest:.1f} s of its last fault (limit {DRAIN_SECONDS} s)"
    )
    kept = CHECKOUT / "var" / "faults-logs"
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(logs, kept)
    print(f"the processes' words are in {kept}")
    if not told.violations:
        print("faults: everything held")
        return 0
    print(f"\n{len(told.violations)} violations:")
    for words in told.violations[:SHOWN]:
        print(f"  {words}")
    print(f"Again by: bin/test faults --seed {seed}")
    return 1
