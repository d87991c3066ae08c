"""Changes of alert rules: each is checked whole, and written over the state that it changes."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from api.actions.watchlist import check, same_id
from api.deps import Deps, named
from api.errors import PreconditionFailed
from api.http.conditions import Condition
from api.http.responses import tag_of
from api.reads.alert_rules import rule_answer, rule_named, rules_answer
from api.schema.alerts import RuleAnswer, RuleBody, RulesAnswer
from shared.alerts.channels import address_of, rules_with, without_channel
from shared.alerts.rules import read_rules, write_rules
from shared.alerts.validation import clean_rule, count_refusals, rule_refusals
from shared.errors import DocumentChanged, DocumentExists, StoreUnavailable
from shared.logs import event
from shared.models import AlertRule, AlertRules

log = logging.getLogger(__name__)

MAX_TRIES = 5
# Rules that a change names.
MAX_NAMED = 3
WHAT = "The alert rules have"


@dataclass(frozen=True)
class Edit:
    """The next state of the rules; `change` says in a few words what is new."""

    rules: Sequence[AlertRule]
    change: str


@dataclass(frozen=True)
class WrittenRules:
    """The rules after a change; `was` are those before."""

    rules: AlertRules
    was: AlertRules

    @property
    def answer(self) -> RulesAnswer:
        """Return the rules as answers show them."""
        return rules_answer(self.rules)

    @property
    def tag(self) -> str:
        """Return the ETag of the rules, for the next change."""
        return tag_of(self.answer)

    def rule(self, rule_id: str) -> RuleAnswer:
        """Return one of them as answers show it."""
        return rule_answer(rule_named(self.rules, rule_id))


async def put_rule(deps: Deps, condition: Condition, rule_id: str, body: RuleBody) -> WrittenRules:
    """Write a rule, new or not. Raises BadParameters, PreconditionFailed and StoreError."""
    watchlist = await deps.read_watchlist()
    settings = deps.settings.watching(watchlist)

    def edit(before: AlertRules) -> Edit:
        own = clean_rule(body.model_dump(), rule_id, settings, watchlist)
        is_new = all(each["id"] != rule_id for each in before["rules"])
        rules = [own if each["id"] == rule_id else each for each in before["rules"]]
        rules += [own] if is_new else []
        check(
            same_id(body.id, rule_id),
            rule_refusals(own, settings, watchlist),
            count_refusals(rules),
        )
        return Edit(rules, f"{own['name']} {'added' if is_new else 'changed'}")

    return await _change_rules(deps, condition, edit, changed=rule_id)


async def delete_rule(deps: Deps, condition: Condition, rule_id: str) -> WrittenRules:
    """Remove a rule; its incidents stay until they expire.

    Raises NotFound, PreconditionFailed and StoreError.
    """

    def edit(before: AlertRules) -> Edit:
        own = rule_named(before, rule_id)
        return Edit([each for each in before["rules"] if each is not own], f"{own['name']} removed")

    return await _change_rules(deps, condition, edit, changed=rule_id)


async def remove_channel(deps: Deps, channel: str) -> AlertRules:
    """Remove the recipient with this id from all rules, and return the rules before.

    Rules that have become invalid since they were written keep none from being changed. Raises
    StoreError.
    """

    def edit(before: AlertRules) -> Edit:
        rules = [without_channel(each, channel) for each in before["rules"]]
        names = [each["name"] for each in rules_with(before["rules"], channel)]
        more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
        who = address_of(before["rules"], channel)
        return Edit(rules, f"unsubscribed {who} from {', '.join(names[:MAX_NAMED])}{more}")

    return (await _change_rules(deps, Condition(), edit, changed="")).was


async def _change_rules(
    deps: Deps, condition: Condition, edit: Callable[[AlertRules], Edit], *, changed: str
) -> WrittenRules:
    """Read the rules, make the edit of them, and write it.

    The condition may be of all rules, or of the one `changed`. Where anything is taken as it is, a
    change of others in between is no conflict. Raises PreconditionFailed, StoreError, and what
    `edit` raises.
    """
    store = await deps.store()
    for _ in range(MAX_TRIES):
        before = await read_rules(store)
        if not condition.holds(*_tags(before, changed)):
            raise PreconditionFailed(WHAT)
        after = edit(before)
        if list(after.rules) == before["rules"]:
            return WrittenRules(before, before)
        with suppress(DocumentChanged, DocumentExists):
            written = await write_rules(
                store,
                before,
                rules=after.rules,
                change=after.change,
                now=deps.clock(),
                by=deps.by,
            )
            fields = {"revision": written["revision"], "change": after.change}
            event(log, "alert_rules.changed", **fields, **named(deps))
            return WrittenRules(written, before)
        if not condition.is_any:
            raise PreconditionFailed(WHAT)
    raise StoreUnavailable("the alert rules change with every read")


def _tags(rules: AlertRules, changed: str) -> Iterator[str]:
    """Yield the ETags of the rules, and of the one to change."""
    yield tag_of(rules_answer(rules))
    for rule in rules["rules"]:
        if rule["id"] == changed:
            yield tag_of(rule_answer(rule))
