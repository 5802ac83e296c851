-- Catalogue G.3.5: called on a Friday, with a federal holiday on Monday. Returns the cases that come out wrong.
with cases as (

    select
        cast(given.called_on as date) as called_on,
        cast(given.offered_on as date) as offered_on,
        given.expected
    from (
        values
        ('2026-01-16', '2026-01-16', 0),
        ('2026-01-16', '2026-01-19', 0),
        ('2026-01-16', '2026-01-20', 1),
        ('2026-01-16', '2026-02-09', 15),
        ('2026-01-16', '2026-02-10', 16),
        ('2026-01-20', '2026-01-16', -1)
    ) as given (called_on, offered_on, expected)

)

select *
from cases
where {{ business_days('called_on', 'offered_on') }} is distinct from expected
