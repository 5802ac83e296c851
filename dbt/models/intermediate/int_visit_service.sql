-- Paid lines of a primary-care kind of service: what was done, still without an as-of date.
with services as (

    select
        claim_id,
        claim_line_number,
        data_source,
        person_key,
        service_date,
        pos,
        hcpcs_code,
        modifiers,
        rendering_npi,
        billing_npi,
        billing_tin,
        known_from,
        known_until,
        max(code_set = 'CS_OFFICE_VISIT') as is_office,
        max(code_set = 'CS_PREVENTIVE_VISIT') as is_preventive,
        max(code_set = 'CS_WELL_VISIT') as is_well,
        max(code_set = 'CS_WELL_DX') as has_well_dx,
        max(code_set = 'CS_VIDEO_VISIT') as has_video_code,
        max(code_set = 'CS_PHONE_VISIT') as has_phone_code,
        max(code_set = 'CS_TCM') as is_tcm,
        max(code_set = 'CS_EVISIT') as is_evisit,
        max(code_set = 'CS_CARE_MGMT') as is_care_mgmt,
        max(code_set = 'CS_AFTER_HOURS') as is_after_hours
    from {{ ref('int_code_event') }}
    where
        not is_denied
        and code_set in (
            'CS_OFFICE_VISIT',
            'CS_PREVENTIVE_VISIT',
            'CS_WELL_VISIT',
            'CS_WELL_DX',
            'CS_VIDEO_VISIT',
            'CS_PHONE_VISIT',
            'CS_TCM',
            'CS_EVISIT',
            'CS_CARE_MGMT',
            'CS_AFTER_HOURS'
        )
    group by
        claim_id,
        claim_line_number,
        data_source,
        person_key,
        service_date,
        pos,
        hcpcs_code,
        modifiers,
        rendering_npi,
        billing_npi,
        billing_tin,
        known_from,
        known_until
    -- A well diagnosis alone (on a laboratory line, say) is no service.
    having max(code_set <> 'CS_WELL_DX')

),

modifier_kinds as (

    select
        used.modifiers,
        max(code_set.code_set = 'CS_VIDEO_MOD') as has_video_modifier,
        max(code_set.code_set = 'CS_AUDIO_MOD') as has_audio_modifier
    from (select distinct modifiers from services) as used
    inner join {{ ref('ref_code_sets') }} as code_set
        on
            code_set.code_set in ('CS_VIDEO_MOD', 'CS_AUDIO_MOD')
            and {{ list_contains('used.modifiers', 'code_set.code') }}
    group by used.modifiers

),

pos_kinds as (

    select
        code as pos,
        max(code_set = 'CS_PCP_VISIT_POS') as is_pos_allowed,
        max(code_set = 'CS_VIDEO_POS') as is_video_pos
    from {{ ref('ref_code_sets') }}
    where code_set in ('CS_PCP_VISIT_POS', 'CS_VIDEO_POS')
    group by code

),

described as (

    select
        service.*,
        service.pos is null or coalesce(pos_kinds.is_pos_allowed, false) as is_pos_allowed,
        (service.is_office or service.is_preventive) as is_visit_code,
        coalesce(modifier_kinds.has_audio_modifier, false) as is_audio_only,
        coalesce(pos_kinds.is_video_pos, false) or coalesce(modifier_kinds.has_video_modifier, false) as is_remote
    from services as service
    left join pos_kinds
        on service.pos = pos_kinds.pos
    left join modifier_kinds
        on service.modifiers = modifier_kinds.modifiers

),

known_services as (

    select
        as_of.as_of_date,
        service.*
    from described as service
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

-- The clinician is the rendering person; the billing organisation stands in when there is none.
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
                then service.billing_npi
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

-- Days on which a nurse practitioner or assistant without a field counts as primary care, at whichever practice.
pcp_days as (

    select distinct
        service.as_of_date,
        service.npi,
        service.service_date
    from attributed_npi as service
    inner join {{ ref('int_affiliation') }} as affiliation
        on
            service.as_of_date = affiliation.as_of_date
            and service.npi = affiliation.npi
            and affiliation.pcp_flag = 1
            and service.service_date
            between affiliation.start_date and coalesce(affiliation.end_date, {{ forever() }})

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
            when service.is_organisation and provider.entity_type = 2 and provider.pcp_kind = 'organisation' then 'pcp'
            when service.is_organisation or coalesce(provider.entity_type, 1) = 2 then 'other'
            when provider.pcp_kind = 'pcp' then 'pcp'
            when provider.pcp_kind = 'pcp_generic' and pcp_day.npi is not null then 'pcp'
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
    left join pcp_days as pcp_day
        on
            service.as_of_date = pcp_day.as_of_date
            and service.npi = pcp_day.npi
            and service.service_date = pcp_day.service_date

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
