-- What the codes of a line say: an ED service, on an inpatient bill or not, and the level billed (1 to 5).
with coded_lines as (

    select
        claim_id,
        claim_line_number,
        data_source,
        known_from,
        max(code_set = 'CS_ED') as has_ed_code,
        max(code_set in ('CS_ACUTE_IP', 'CS_NONACUTE_IP')) as is_inpatient_bill,
        max(
            case
                when code_set = 'CS_ED' and left(code, 4) = '9928' then cast(right(code, 1) as integer)
                when code_set = 'CS_ED' and left(code, 4) = 'G038' then cast(right(code, 1) as integer) + 1
            end
        ) as em_level
    from {{ ref('int_code_event') }}
    where
        not is_denied
        and code_set in ('CS_ED', 'CS_ACUTE_IP', 'CS_NONACUTE_IP')
    group by claim_id, claim_line_number, data_source, known_from

),

lines as (

    select
        line.claim_id,
        line.claim_line_number,
        line.person_key,
        line.claim_type = 'institutional' as is_institutional,
        case
            when line.claim_type = 'institutional' then coalesce(line.facility_npi, line.billing_npi)
            else line.facility_npi
        end as facility_npi,
        line.service_date,
        coded.em_level,
        line.diagnosis_code_1,
        line.admit_hour,
        line.known_from,
        line.known_until
    from {{ ref('int_claim_line') }} as line
    left join coded_lines as coded
        on
            line.claim_id = coded.claim_id
            and line.claim_line_number = coded.claim_line_number
            and line.data_source is not distinct from coded.data_source
            and line.known_from = coded.known_from
    where
        not line.is_denied
        and not coalesce(coded.is_inpatient_bill, false)
        and (
            coalesce(coded.has_ed_code, false)
            or (
                line.claim_type <> 'institutional'
                and line.pos in (
                    select place.code
                    from {{ ref('ref_code_sets') }} as place
                    where
                        place.code_set = 'CS_ED'
                        and place.code_system = 'pos'
                )
            )
        )

),

-- A physician's line often lacks the facility: it belongs to the facility that billed the person that day.
known_lines as (

    select
        as_of.as_of_date,
        line.claim_id,
        line.claim_line_number,
        line.person_key,
        line.is_institutional,
        coalesce(
            line.facility_npi,
            max(line.facility_npi) over (partition by as_of.as_of_date, line.person_key, line.service_date)
        ) as facility_npi,
        line.service_date,
        line.em_level,
        line.diagnosis_code_1,
        line.admit_hour
    from lines as line
    inner join {{ ref('int_as_of') }} as as_of
        on
            {{ known_at('line', 'as_of.as_of_date') }}
            and line.service_date <= as_of.as_of_date

),

-- The hospital's bill, where there is one, names the principal diagnosis.
ranked as (

    select
        *,
        row_number() over (
            partition by as_of_date, person_key, facility_npi, service_date
            order by
                is_institutional desc nulls last,
                case when diagnosis_code_1 is null then 1 else 0 end asc nulls last,
                claim_id asc nulls last,
                claim_line_number asc nulls last
        ) as line_rank
    from known_lines

),

visits as (

    select
        as_of_date,
        person_key,
        facility_npi,
        service_date as ed_date,
        max(em_level) as em_level,
        max(case when line_rank = 1 then diagnosis_code_1 end) as principal_dx,
        min(admit_hour) as admit_hour
    from ranked
    group by as_of_date, person_key, facility_npi, service_date

),

-- Days on which a person was admitted or put under observation.
kept_in as (

    select
        as_of_date,
        person_key,
        admit_date as kept_on
    from {{ ref('int_inpatient_stay') }}
    union
    select
        as_of.as_of_date,
        event.person_key,
        event.service_date as kept_on
    from {{ ref('int_code_event') }} as event
    inner join {{ ref('int_as_of') }} as as_of
        on {{ known_at('event', 'as_of.as_of_date') }}
    where
        event.code_set = 'CS_OBSERVATION'
        and not event.is_denied

)

select
    visit.as_of_date,
    {{ hash_key(['visit.person_key', 'visit.facility_npi', 'visit.ed_date']) }} as ed_visit_id,
    visit.person_key,
    visit.facility_npi,
    visit.ed_date,
    not exists (
        select 1
        from kept_in
        where
            kept_in.as_of_date = visit.as_of_date
            and kept_in.person_key = visit.person_key
            and kept_in.kept_on between visit.ed_date and {{ add_days('visit.ed_date', 1) }}
    ) as is_treat_and_release,
    visit.em_level,
    visit.principal_dx,
    visit.admit_hour
from visits as visit
