"""axe-core over a page in a real browser, and what it says in words for a test."""

from typing import Any

from playwright.sync_api import Page

from tests.chromium import AXE

_RUN = """
async (rules) => {
  const options = {resultTypes: ["violations"]};
  if (rules) options.runOnly = {type: "rule", values: rules};
  else options.runOnly = {type: "tag", values: [
    "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]};
  const found = await axe.run(document, options);
  return found.violations.map(one => ({
    rule: one.id, help: one.help, where: one.nodes.slice(0, 5).map(node =>
      node.target.join(" ") + " :: " + node.any.concat(node.all).map(c => c.message).join("; "))
  }));
}
"""


def violations(page: Page, rules: list[str] | None = None) -> list[str]:
    """Return what axe-core finds wrong with what is shown: WCAG 2.2 AA and good practice.

    ``rules`` are the only ones asked for, None for all.
    """
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE.read_text("utf-8"))
    found: list[dict[str, Any]] = page.evaluate(_RUN, rules)  # JSON of axe
    return [f"{one['rule']} ({one['help']}): {where}" for one in found for where in one["where"]]
