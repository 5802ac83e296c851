-- What the cross-engine macros must give on every engine. Returns the cases that come out wrong.
{%- set d = "cast('2025-01-31' as date)" -%}
{%- set cases = [
    ("days_between", days_between("cast('2024-02-28' as date)", "cast('2024-03-01' as date)"), "2"),
    ("days_between backwards", days_between("cast('2024-03-01 23:59:00' as timestamp)", "cast('2024-02-29' as date)"), "-1"),
    ("add_days", add_days(d, 1), "cast('2025-02-01' as date)"),
    ("add_months short month", add_months(d, 1), "cast('2025-02-28' as date)"),
    ("add_months backwards", add_months(d, -2), "cast('2024-11-30' as date)"),
    ("month_start", month_start(d), "cast('2025-01-01' as date)"),
    ("month_end", month_end("cast('2024-02-10' as date)"), "cast('2024-02-29' as date)"),
    ("day_of_week monday", day_of_week("cast('2026-01-19' as date)"), "1"),
    ("day_of_week sunday", day_of_week("cast('2026-01-18' as date)"), "7"),
    ("minutes_between floors", minutes_between("cast('2026-01-01 09:00:00' as timestamp)", "cast('2026-01-01 09:15:30' as timestamp)"), "15"),
    ("minutes_between negative", minutes_between("cast('2026-01-01 09:00:30' as timestamp)", "cast('2026-01-01 09:00:00' as timestamp)"), "-1"),
    ("age_years eve of birthday", age_years("cast('1974-06-30' as date)", "cast('2026-06-29' as date)"), "51"),
    ("age_years birthday", age_years("cast('1974-06-30' as date)", "cast('2026-06-30' as date)"), "52"),
    ("list_contains member", "cast(" ~ list_contains("'phone|web'", "'web'") ~ " as integer)", "1"),
    ("list_contains part of a member", "cast(" ~ list_contains("'phone|website'", "'web'") ~ " as integer)", "0"),
    ("list_contains null", "cast(" ~ list_contains("cast(null as string)", "'web'") ~ " as integer)", "0"),
    ("hash_key null part", hash_key(["'a'", "cast(null as string)"]), "md5('a|')"),
    ("matches", "cast(" ~ matches("'N18.6'", "'^N[0-9]+'") ~ " as integer)", "1"),
    ("plan_lob", plan_lob("'mycare'"), "'dsnp'"),
] -%}

select judged.label
from (
    {%- for label, actual, expected in cases %}
        select
            '{{ label }}' as label,
            ({{ actual }} is not distinct from {{ expected }}) as is_right
        {{ 'union all' if not loop.last }}
    {%- endfor %}
) as judged
where not judged.is_right
