from pathlib import Path

from labs.rules.episodes import TRANSITIONS, Act

TEXT = (Path(__file__).parents[3] / "docs" / "laboratory-rules.md").read_text(encoding="utf-8")


def test_the_documented_transitions_are_those_of_the_code():
    rows = [" | ".join(["From", *(str(act).replace("_", " ") for act in Act)])]
    rows += [" | ".join([str(state), *(str(acts.get(act, "-")) for act in Act)]) for state, acts in TRANSITIONS.items()]
    documented = [
        line.strip("| ")
        for line in TEXT.splitlines()
        if line.startswith(("| From", "| open", "| acknow", "| snoozed", "| resolved"))
    ]
    assert documented == rows
