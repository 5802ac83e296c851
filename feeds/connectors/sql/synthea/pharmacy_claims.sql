-- One claim a medication order, as Synthea bills it. Its RxNorm code names a clinical drug, not an ingredient and not
-- a package, so that neither ndc_code nor ingredient_rxcui can be filled.
with orders as (
    select
        m.*,
        row_number() over (
            partition by m.encounter, m.code, m.start order by m.stop nulls last, m.totalcost, m.dispenses
        ) as repeat
    from medications as m
)
select
    md5(m.encounter || m.code || m.start || m.repeat) as claim_id,
    1 as claim_line_number,
    m.patient as person_id,
    y.name as payer,
    y.name as plan,
    n.npi as prescribing_provider_npi,
    local_date(m.start, e.time_zone) as dispensing_date,
    local_date(m.start, e.time_zone) as paid_date,
    m.payer_coverage::double as paid_amount,
    'unknown' as formulary_status
from orders as m
inner join encounter as e on e.encounter_id = m.encounter
left join payers as y on y.id = m.payer
left join npi as n on n.source_id = e.provider_id
