-- Lines of inpatient bills with what their codes say; interim bills (frequency 2, 3) add nothing to the final one.
with line_kinds as (

    select
        claim_id,
        claim_line_number,
        data_source,
        known_from,
        max(code_set = 'CS_ACUTE_IP') as is_acute_bill,
        max(code_set = 'CS_NONACUTE_IP') as is_nonacute_bill,
        max(code_set = 'CS_ROOM_AND_BOARD') and not max(code_set = 'CS_REHAB_ROOM') as is_acute_room,
        max(code_set in ('CS_ROOM_AND_BOARD', 'CS_REHAB_ROOM')) as is_room,
        max(code_set = 'CS_NEWBORN') as has_newborn_dx,
        max(code_set = 'CS_CHEMO' and is_principal_dx) as is_chemo
    from {{ ref('int_code_event') }}
    where
        claim_type = 'institutional'
        and not is_denied
        and code_set in (
            'CS_ACUTE_IP',
            'CS_NONACUTE_IP',
            'CS_ROOM_AND_BOARD',
            'CS_REHAB_ROOM',
            'CS_NEWBORN',
            'CS_CHEMO'
        )
    group by claim_id, claim_line_number, data_source, known_from
    having max(code_set in ('CS_ACUTE_IP', 'CS_NONACUTE_IP'))

),

lines as (

    select
        line.claim_id,
        line.data_source,
        line.person_key,
        coalesce(line.facility_npi, line.billing_npi) as facility_npi,
        coalesce(line.admission_date, line.claim_start_date) as admit_date,
        coalesce(line.discharge_date, line.claim_end_date, line.claim_start_date) as discharge_date,
        line.discharge_disposition_code,
        kind.is_acute_bill,
        kind.is_nonacute_bill,
        kind.is_acute_room,
        kind.is_room,
        kind.is_chemo,
        kind.has_newborn_dx
        or newborn_drg.code is not null
        or coalesce(line.admit_type_code = '4', false) as is_birth,
        line.known_from,
        line.known_until
    from line_kinds as kind
    inner join {{ ref('int_claim_line') }} as line
        on
            kind.claim_id = line.claim_id
            and kind.claim_line_number = line.claim_line_number
            and kind.data_source is not distinct from line.data_source
            and kind.known_from = line.known_from
    left join {{ ref('ref_code_sets') }} as newborn_drg
        on
            newborn_drg.code_set = 'CS_NEWBORN'
            and newborn_drg.code_system = 'drg'
            and line.drg_code = newborn_drg.code
    where coalesce(right(line.bill_type_code, 1) in ('1', '4', '7'), true)

),

claims as (

    select
        as_of.as_of_date,
        line.claim_id,
        line.data_source,
        line.person_key,
        max(line.facility_npi) as facility_npi,
        min(line.admit_date) as admit_date,
        max(line.discharge_date) as discharge_date,
        max(line.discharge_disposition_code) as discharge_disposition_code,
        max(line.is_acute_bill) as is_acute_bill,
        max(line.is_nonacute_bill) as is_nonacute_bill,
        max(line.is_acute_room) as has_acute_room,
        max(line.is_room) as has_room,
        max(line.is_chemo) as is_chemo,
        max(line.is_birth) as is_birth
    from lines as line
    inner join {{ ref('int_as_of') }} as as_of
        on
            {{ known_at('line', 'as_of.as_of_date') }}
            and line.admit_date <= as_of.as_of_date
    group by as_of.as_of_date, line.claim_id, line.data_source, line.person_key

),

-- Psychiatric, rehabilitation and long-term hospitals bill as acute ones do, but their stays are not acute.
facilities as (

    select
        provider.as_of_date,
        provider.npi,
        max(code_set.code_set = 'CS_PSYCHIATRIC_FACILITY') as is_psychiatric
    from {{ ref('int_provider') }} as provider
    inner join {{ ref('ref_code_sets') }} as code_set
        on
            code_set.code_set in ('CS_PSYCHIATRIC_FACILITY', 'CS_NONACUTE_FACILITY')
            and provider.primary_taxonomy_code = code_set.code
    group by provider.as_of_date, provider.npi

),

classed as (

    select
        claim.*,
        claim.is_acute_bill
        and not claim.is_nonacute_bill
        and claim.has_acute_room
        and facility.npi is null as is_acute,
        coalesce(facility.is_psychiatric, false) as is_psychiatric
    from claims as claim
    left join facilities as facility
        on
            claim.as_of_date = facility.as_of_date
            and claim.facility_npi = facility.npi
    -- An acute hospital's bill without any room is no stay at all.
    where
        claim.is_nonacute_bill
        or claim.has_room
        or facility.npi is not null

),

-- Bills that overlap or touch (the next day) are one stay, at any facility: a transfer goes on with the same stay.
marked as (

    select
        *,
        case
            when
                admit_date <= {{ add_days('max(discharge_date) over (
                    partition by as_of_date, person_key, is_acute
                    order by admit_date asc nulls last, discharge_date asc nulls last, claim_id asc nulls last
                    rows between unbounded preceding and 1 preceding
                )', 1) }}
                then 0
            else 1
        end as is_new_stay
    from classed

),

numbered as (

    select
        *,
        sum(is_new_stay) over (
            partition by as_of_date, person_key, is_acute
            order by admit_date asc nulls last, discharge_date asc nulls last, claim_id asc nulls last
            rows between unbounded preceding and current row
        ) as stay_number
    from marked

),

-- The bill that ends the stay says where, and how, the patient left.
ranked as (

    select
        *,
        row_number() over (
            partition by as_of_date, person_key, is_acute, stay_number
            order by discharge_date desc nulls last, admit_date desc nulls last, claim_id desc nulls last
        ) as rank_from_end
    from numbered

)

select
    as_of_date,
    {{ hash_key(['person_key', 'is_acute', 'min(admit_date)']) }} as stay_id,
    person_key,
    min(admit_date) as admit_date,
    max(discharge_date) as discharge_date,
    max(case when rank_from_end = 1 then discharge_disposition_code end) as discharge_disposition_code,
    is_acute,
    not is_acute as is_nonacute,
    max(is_psychiatric) as is_psychiatric,
    max(is_birth) as is_birth,
    max(is_chemo) as is_planned_chemo,
    max(case when rank_from_end = 1 then facility_npi end) as facility_npi
from ranked
group by as_of_date, person_key, is_acute, stay_number
