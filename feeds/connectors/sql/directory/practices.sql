-- Verbatim but for two things: the county code gets its state's, as FIPS writes it, and the state gives the time zone.
select
    l.practice_id,
    l.name as practice_name,
    l.npi as organization_npi,
    l.address,
    l.city,
    l.state,
    l.zip as zip_code,
    s.state_fips || l.fips_county as county_fips,
    s.time_zone,
    l.phone
from listing as l
left join us_state as s on s.state_code = l.state
