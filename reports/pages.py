"""The pages of papers: templates that must find every value that they name."""

from __future__ import annotations

from functools import cache

import jinja2

from reports import charts, pdf


@cache
def template(name: str) -> jinja2.Template:
    """Return a template of the folder of templates."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(pdf.TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["picture"] = charts.as_address
    return environment.get_template(name)
