"""cfn-lint in this process: its rules are loaded once, which takes it longer than judging a template."""

from functools import cache

from cfnlint.api import lint
from cfnlint.core import get_rules
from cfnlint.rules import RulesCollection

# The service depends on its task definition twice, by DependsOn and by Ref: Octopus' own template does.
EXPECTED = "W3005"


@cache
def _rules() -> RulesCollection:
    return get_rules(append_rules=[], ignore_rules=[], include_rules=[])


def lint_findings(template: str, *, region: str = "eu-west-1") -> list[str]:
    """Return what cfn-lint finds in a template, JSON or YAML, apart from the one thing expected."""
    found = lint(template, rules=_rules(), regions=[region])
    return [f"{match.rule.id} {match.path}: {match.message}" for match in found if match.rule.id != EXPECTED]
