"""Plans: pure functions from what the agents returned to a checked, judged plan, and on to its exports.

`inputs.PlanInputs`, `citation_check.cited_pages`, `merge.check_patch`, `build.build_plan`, `edits.apply_edits` and
`export.markdown.to_markdown` are the doors.
"""
