"""The named points of an attempt, at which the campaign may stop or kill whoever comes by."""

from collections.abc import Callable
from typing import Any

from pytest import MonkeyPatch  # noqa: PT013 (in workers too, where no test runs)

from events.delivery import endings, sending
from events.delivery.channels import Envelope

POINTS = (
    "claimed",  # rows are claimed, none is looked at
    "looking",  # in the transaction that looks at one and makes it up
    "leaving",  # it is marked as leaving, the provider has heard nothing
    "taken",  # the provider has answered, nothing is written down
    "ending",  # the end is written down, not committed
    "ended",  # and committed
)
Reach = Callable[[str, str], None]  # a point, and the id of the message at hand


def watch(reach: Reach, patch: MonkeyPatch) -> None:
    """Have `reach` called at each point but "looking", which the campaign's kinds tell."""
    _after(sending, "claim_paced", patch, lambda result, args: result.messages and reach("claimed", ""))
    _after(endings, "end", patch, lambda result, args: reach("ending", str(args[0])))
    _after(endings, "end_sent", patch, lambda result, args: [reach("ending", str(pk)) for pk in args[0]])
    _after(sending, "finish", patch, lambda result, args: [reach("ended", str(each.message.pk)) for each in args[0]])
    for channel, send in list(sending.CHANNELS.items()):
        patch.setitem(sending.CHANNELS, channel, _watched(send, reach))


def _after(module: Any, name: str, patch: MonkeyPatch, then: Callable[[Any, Any], None]) -> None:
    function = getattr(module, name)

    def watched(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        then(result, args)
        return result

    patch.setattr(module, name, watched)


def _watched(send: Callable[[Envelope], str], reach: Reach) -> Callable[[Envelope], str]:
    def watched(envelope: Envelope) -> str:
        reach("leaving", str(envelope.key))
        try:
            return send(envelope)
        finally:
            reach("taken", str(envelope.key))

    return watched
