"""The yearly allowance: a year is the sum of its entries, and every counted consignment's entries fit its stage."""

from typing import Final

from entrepot.jobs.audit.report import Check

# One line for each part of an order that has entries. ends: what came after the hold, in the order of their names.
_PARTS: Final = """
SELECT shopper_id, order_id, part, person_id, year, sum(amount_minor) FILTER (WHERE kind = 'held') AS held,
       coalesce(array_agg(kind::text ORDER BY kind) FILTER (WHERE kind <> 'held'), '{}') AS ends,
       bool_or(amount_minor <> first) AS uneven
  FROM (SELECT *, first_value(amount_minor) OVER (PARTITION BY shopper_id, order_id, part ORDER BY id) AS first
          FROM allowance_entry) AS entry
 GROUP BY shopper_id, order_id, part, person_id, year
"""

ALLOWANCE: Final = (
    Check(
        "allowance.years",
        "What a person's year holds and has used is the sum of its entries; more is used elsewhere only by customs' word.",
        f"""SELECT format('%%s of %%s', coalesce(left(p.digest, 8), y.person_id::text, s.person_id::text),
                          coalesce(y.year, s.year)),
                   format('held %%s, used %%s, elsewhere %%s; by its entries %%s, %%s', y.held_minor, y.used_minor,
                          y.elsewhere_minor, coalesce(s.held, 0), coalesce(s.used, 0))
              FROM allowance_year y
              FULL JOIN (SELECT person_id, year, coalesce(sum(held) FILTER (WHERE ends = '{{}}'), 0) AS held,
                                coalesce(sum(held) FILTER (WHERE ends = '{{used}}'), 0) AS used,
                                bool_or('customs_says' = ANY (ends)) AS told
                           FROM ({_PARTS}) AS parts GROUP BY person_id, year) AS s
                ON s.person_id = y.person_id AND s.year = y.year
              LEFT JOIN allowance_person p ON p.id = coalesce(y.person_id, s.person_id)
             WHERE (coalesce(y.held_minor, 0), coalesce(y.used_minor, 0)) <> (coalesce(s.held, 0), coalesce(s.used, 0))
                OR (y.elsewhere_minor > 0 AND NOT coalesce(s.told, false))""",
    ),
    Check(
        "allowance.orders",
        "Every retail import holds, has used or gave back its part of the allowance as its stage says, and nothing else does.",
        f"""SELECT coalesce(c.ref, a.order_id || '/' || a.part),
                   format('consignment %%s, allowance %%s', coalesce(c.stage, 'missing'),
                          CASE WHEN a.held IS NULL THEN 'never held' WHEN a.uneven THEN 'in unequal amounts'
                               ELSE 'held ' || a.held || ' ' || array_to_string(a.ends, ', ') END)
              FROM (SELECT * FROM orders_consignment WHERE annual_used_minor IS NOT NULL) AS c
              FULL JOIN ({_PARTS}) AS a
                ON a.shopper_id = c.shopper_id AND a.order_id = c.order_id AND a.part = c.number
             WHERE c.id IS NULL OR a.held IS NULL OR a.uneven
                OR NOT ('restored' = ANY (a.ends)
                        OR a.ends = CASE WHEN c.stage = 'cancelled' THEN ARRAY['released']
                                         WHEN c.stage IN ('refused', 'refunded') THEN ARRAY['customs_says']
                                         WHEN c.stage IN ('delivered', 'released') THEN ARRAY['used']
                                         ELSE '{{}}' END)""",
    ),
)
