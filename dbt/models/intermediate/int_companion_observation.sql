-- Generated from seeds/ref_companion.csv by orchestration/metric_union.py; edit the registry, not this file.
-- A view: the tables of the metrics hold the rows, this only puts them under one name.
{{ config(materialized='view') }}

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('after_hours_coverage_rate_companions') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('appt_routine_lead_days_p50_companions') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('appt_routine_within_standard_companions') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('appt_urgent_within_48h_companions') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('bh_risk_screening_rate_companions') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('case_mgmt_referral_rate_companions') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('coc_continuity_companions') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('directory_accuracy_rate_companions') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('directory_attestation_current_companions') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('dismissal_30day_coverage_rate_companions') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('duplicate_service_rate_companions') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('ed_record_retrieval_rate_companions') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('extended_hours_visit_share_companions') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('fall_ui_assessment_65plus_companions') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('flu_vaccination_rate_companions') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('formulary_adherence_rate_companions') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('fu7_discharge_rate_companions') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('fu7_ed_rate_companions') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('hours_parity_ratio_companions') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('interpreter_fulfilment_rate_companions') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('low_acuity_ed_rate_companions') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('member_rel_completeness_companions') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('no_show_rate_companions') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('pa_first_pass_complete_rate_companions') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('pa_submission_lag_days_companions') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('pcp_change_rate_companions') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('preventive_visit_rate_companions') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('qoc_concern_rate_companions') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('referral_appt_within_standard_companions') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('referral_loop_closure_rate_companions') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('rx_coverage_reject_rate_companions') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('sdoh_screening_rate_companions') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('seen_within_15_min_rate_companions') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('service_grievance_rate_companions') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('test_result_timely_rate_companions') }}

union all

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    numerator,
    denominator,
    excluded
from {{ ref('upc_continuity_companions') }}
