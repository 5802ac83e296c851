-- What was known of each service at each as-of date, and whose it was.
with known_services as (

    select
        as_of.as_of_date,
        service.*
    from {{ ref('int_service') }} as service
    inner join {{ ref('int_as_of') }} as as_of
        on
            {{ known_at('service', 'as_of.as_of_date') }}
            and service.service_date <= as_of.as_of_date
            and service.service_date > {{ add_months('as_of.as_of_date', '-' ~ var('visit_history_months')) }}

),

-- A practice that bills in its own name; a TIN shared by several practices names none of them.
practice_npis as (

    select
        as_of_date,
        organization_npi as npi,
        min(practice_id) as practice_id
    from {{ ref('int_practice') }}
    where organization_npi is not null
    group by as_of_date, organization_npi

),

practice_tins as (

    select
        as_of_date,
        tin_hash,
        min(practice_id) as practice_id
    from {{ ref('int_practice') }}
    where tin_hash is not null
    group by as_of_date, tin_hash
    having count(*) = 1

),

-- The clinician is the rendering person; who bills stands in when there is none.
attributed_npi as (

    select
        service.*,
        service.rendering_npi is null
        or coalesce(rendering.entity_type = 2, false)
        or own.npi is not null as is_organisation,
        case
            when
                service.rendering_npi is null
                or rendering.entity_type = 2
                or own.npi is not null
                then coalesce(service.billing_npi, service.rendering_npi)
            else service.rendering_npi
        end as npi
    from known_services as service
    left join {{ ref('int_provider') }} as rendering
        on
            service.as_of_date = rendering.as_of_date
            and service.rendering_npi = rendering.npi
    left join practice_npis as own
        on
            service.as_of_date = own.as_of_date
            and service.rendering_npi = own.npi

),

-- Spans in which a nurse practitioner or assistant without a field counts as primary care, at whichever practice;
-- overlapping affiliations are one span, so that the join below cannot repeat a line.
pcp_affiliations as (

    select
        as_of_date,
        npi,
        affiliation_id,
        start_date,
        coalesce(end_date, {{ forever() }}) as end_date,
        max(coalesce(end_date, {{ forever() }})) over (
            partition by as_of_date, npi
            order by start_date asc nulls last, affiliation_id asc nulls last
            rows between unbounded preceding and 1 preceding
        ) as covered_until
    from {{ ref('int_affiliation') }}
    where pcp_flag = 1

),

pcp_islands as (

    select
        *,
        sum(case when start_date <= covered_until then 0 else 1 end) over (
            partition by as_of_date, npi
            order by start_date asc nulls last, affiliation_id asc nulls last
        ) as island
    from pcp_affiliations

),

pcp_spans as (

    select
        as_of_date,
        npi,
        min(start_date) as valid_from,
        max(end_date) as valid_to
    from pcp_islands
    group by as_of_date, npi, island

),

attributed as (

    select
        service.*,
        case
            when service.is_organisation
                then coalesce(affiliated.practice_id, own_npi.practice_id, own_tin.practice_id)
            else affiliated.practice_id
        end as practice_id,
        case
            when provider.entity_type = 2 and provider.pcp_kind = 'organisation' then 'pcp'
            when provider.entity_type = 2 then 'other'
            when provider.pcp_kind = 'pcp' then 'pcp'
            when provider.pcp_kind = 'pcp_generic' and pcp_span.npi is not null then 'pcp'
            when provider.pcp_kind = 'obgyn' then 'obgyn'
            else 'other'
        end as clinician_kind
    from attributed_npi as service
    left join {{ ref('int_provider') }} as provider
        on
            service.as_of_date = provider.as_of_date
            and service.npi = provider.npi
    left join {{ ref('int_npi_practice') }} as affiliated
        on
            service.as_of_date = affiliated.as_of_date
            and service.npi = affiliated.npi
            and service.service_date between affiliated.valid_from and affiliated.valid_to
    left join practice_npis as own_npi
        on
            service.as_of_date = own_npi.as_of_date
            and service.npi = own_npi.npi
    left join practice_tins as own_tin
        on
            service.as_of_date = own_tin.as_of_date
            and service.billing_tin = own_tin.tin_hash
    left join pcp_spans as pcp_span
        on
            service.as_of_date = pcp_span.as_of_date
            and service.npi = pcp_span.npi
            and service.service_date between pcp_span.valid_from and pcp_span.valid_to

)

select
    as_of_date,
    claim_id,
    claim_line_number,
    data_source,
    person_key,
    service_date,
    practice_id,
    npi,
    clinician_kind,
    pos,
    is_pos_allowed,
    hcpcs_code,
    is_office,
    is_preventive,
    is_well,
    has_well_dx,
    has_video_code or (is_visit_code and is_remote and not is_audio_only) as is_video,
    has_phone_code or (is_visit_code and is_audio_only) as is_phone,
    is_tcm,
    is_evisit,
    is_care_mgmt,
    is_after_hours,
    clinician_kind = 'pcp'
    and is_pos_allowed
    and (is_visit_code or has_video_code or has_phone_code or is_tcm) as is_pcp_visit
from attributed
-- A specialist outside the practices is nobody's primary care.
where
    practice_id is not null
    or clinician_kind <> 'other'
