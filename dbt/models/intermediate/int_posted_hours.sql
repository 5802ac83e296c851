{#- Every accepted spelling of a day ends up as `08:00-12:00;13:00-17:00`; plain string functions keep it portable. -#}
{%- set weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] -%}
{%- set max_spans = 4 -%}
{%- set clock = '[0-9]{1,2}:[0-5][0-9](:[0-9]{2})?' -%}
{%- set span = clock ~ '[-~]' ~ clock -%}
{%- set unreadable_opens_minute, unreadable_closes_minute = 8 * 60, 17 * 60 -%}

with practice as (
    select
        as_of_date,
        practice_id,
        lower(hours_json) as hours_json
    from {{ ref('int_practice') }}
),

weekday as (
    {%- for name in weekdays %}
        select
            as_of_date,
            practice_id,
            {{ loop.index }} as day_of_week,
            coalesce(
                {{ json_text('hours_json', "'$." ~ name[:3] ~ "'") }},
                {{ json_text('hours_json', "'$." ~ name ~ "'") }}
            ) as posted_text
        from practice
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}
),

without_brackets as (
    select
        as_of_date,
        practice_id,
        day_of_week,
        posted_text is not null as is_posted,
        translate(
            replace(replace(translate(posted_text, ' "', ''), '},{', ';'), '],[', ';'),
            '[]{}', ''
        ) as posted_text
    from weekday
),

-- An object may name its closing time first: `~` marks such a span.
without_names as (
    select
        as_of_date,
        practice_id,
        day_of_week,
        is_posted,
        replace(
            replace(replace(replace(posted_text, ',close:', '-'), ',open:', '~'), 'open:', ''),
            'close:', ''
        ) as posted_text
    from without_brackets
),

canonical as (
    select
        as_of_date,
        practice_id,
        day_of_week,
        is_posted,
        case
            when posted_text in ('', 'closed') then null
            when posted_text like '%-%' then replace(posted_text, ',', ';')
            else replace(posted_text, ',', '-')
        end as spans_text
    from without_names
),

slot as (
    {%- for slot_number in range(1, max_spans + 1) %}
        select {{ slot_number }} as slot_number
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}
),

-- A closed day keeps one row, without times.
day_slot as (
    select
        canonical.as_of_date,
        canonical.practice_id,
        canonical.day_of_week,
        canonical.is_posted,
        slot.slot_number,
        canonical.spans_text is null as is_closed,
        coalesce(
            {{ matches('canonical.spans_text', "'^" ~ span ~ "(;" ~ span ~ "){0," ~ (max_spans - 1) ~ "}$'") }}, false
        ) as is_well_formed,
        split_part(canonical.spans_text, ';', slot.slot_number) as span_text
    from canonical
    inner join slot
        on
            slot.slot_number
            <= 1
            + length(coalesce(canonical.spans_text, ''))
            - length(replace(coalesce(canonical.spans_text, ''), ';', ''))
),

day_slot_clock as (
    select
        as_of_date,
        practice_id,
        day_of_week,
        is_posted,
        slot_number,
        is_closed,
        is_well_formed,
        case
            when span_text like '%~%' then split_part(span_text, '~', 2)
            else split_part(span_text, '-', 1)
        end as opens,
        case
            when span_text like '%~%' then split_part(span_text, '~', 1)
            else split_part(span_text, '-', 2)
        end as closes
    from day_slot
),

day_slot_minute as (
    select
        as_of_date,
        practice_id,
        day_of_week,
        is_posted,
        slot_number,
        is_closed,
        is_well_formed,
        60 * try_cast(split_part(opens, ':', 1) as integer)
        + try_cast(split_part(opens, ':', 2) as integer) as opens_minute,
        60 * try_cast(split_part(closes, ':', 1) as integer)
        + try_cast(split_part(closes, ':', 2) as integer) as closes_minute
    from day_slot_clock
),

-- One unreadable day makes the whole text unreadable: half of it would be a guess.
judged as (
    select
        as_of_date,
        practice_id,
        day_of_week,
        slot_number,
        opens_minute,
        closes_minute,
        max(case when is_posted then 1 else 0 end) over practice_hours = 1
        and min(
            case
                when is_closed then 1
                when is_well_formed and opens_minute < closes_minute and closes_minute <= 24 * 60 then 1
                else 0
            end
        ) over practice_hours = 1 as is_readable
    from day_slot_minute
    window practice_hours as (partition by as_of_date, practice_id)
)

select
    as_of_date,
    practice_id,
    day_of_week,
    cast(
        case
            when is_readable then opens_minute
            when day_of_week <= 5 then {{ unreadable_opens_minute }}
        end as integer
    ) as opens_minute,
    cast(
        case
            when is_readable then closes_minute
            when day_of_week <= 5 then {{ unreadable_closes_minute }}
        end as integer
    ) as closes_minute,
    is_readable
from judged
where is_readable or slot_number = 1
