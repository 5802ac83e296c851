select
    observations.as_of_date,
    companions.parent_metric_id as metric_id,
    observations.practice_id
from {{ ref('int_companion_observation') }} as observations
inner join {{ ref('ref_companion') }} as companions
    on observations.metric_id = companions.companion_id
where
    companions.meets_parent = 1
    and observations.practice_id is not null
    and not observations.excluded
group by
    observations.as_of_date,
    companions.parent_metric_id,
    observations.practice_id
having sum(observations.denominator) > 0 and sum(observations.numerator) >= sum(observations.denominator)
