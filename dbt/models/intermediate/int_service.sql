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
    from (select distinct modifiers from {{ ref('int_code_event') }}) as used
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

)

select
    service.claim_id,
    service.claim_line_number,
    service.data_source,
    service.person_key,
    service.service_date,
    service.pos,
    service.hcpcs_code,
    service.modifiers,
    service.rendering_npi,
    service.billing_npi,
    service.billing_tin,
    service.is_office,
    service.is_preventive,
    service.is_well,
    service.has_well_dx,
    service.has_video_code,
    service.has_phone_code,
    service.is_tcm,
    service.is_evisit,
    service.is_care_mgmt,
    service.is_after_hours,
    service.known_from,
    service.known_until,
    service.pos is null or coalesce(pos_kinds.is_pos_allowed, false) as is_pos_allowed,
    (service.is_office or service.is_preventive) as is_visit_code,
    coalesce(modifier_kinds.has_audio_modifier, false) as is_audio_only,
    coalesce(pos_kinds.is_video_pos, false) or coalesce(modifier_kinds.has_video_modifier, false) as is_remote
from services as service
left join pos_kinds
    on service.pos = pos_kinds.pos
left join modifier_kinds
    on service.modifiers = modifier_kinds.modifiers
