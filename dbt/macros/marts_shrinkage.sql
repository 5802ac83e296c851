{#-
  Shrinkage by the method of moments, one formula for all kinds of results.

  A plan's entities have evidence n_i and means m_i. With
      ms_between = sum(n_i * (m_i - plan mean)^2) / (entities - 1)
      ms_within  = variance of a single observation inside an entity
      n0         = (sum(n_i) - sum(n_i^2) / sum(n_i)) / (entities - 1)
  the variance between entities is (ms_between - ms_within) / n0, and
      k = ms_within / variance between = n0 * ms_within / (ms_between - ms_within)
  is the evidence that the plan mean is worth: shrunk = (n_i * m_i + k * plan mean) / (n_i + k), reliability = n_i / (n_i + k).
  For 0/1 rows that is the beta-binomial (a + b = k), for counts over an exposure the gamma-Poisson (ms_within = plan rate, k in
  exposure), for means the usual empirical Bayes.

  scale turns pseudo-observations into the unit of n (12 for member months: a member is a year of them).
  Not estimable (too few entities, or nothing varies inside them): shrink_k. No variance between entities: the cap.
-#}
{%- macro shrinkage_k(entities, n_total, ms_between, ms_within, n0, scale=1) -%}
    case
        when {{ entities }} < {{ var('shrink_min_entities') }} or {{ n_total }} <= {{ entities }} or {{ ms_within }} <= 0
            then cast({{ var('shrink_k') }} * {{ scale }} as double)
        when {{ ms_between }} <= {{ ms_within }} then cast({{ var('shrink_k_cap') }} * {{ scale }} as double)
        else
            least(
                greatest(
                    {{ n0 }} * {{ ms_within }} / ({{ ms_between }} - {{ ms_within }}),
                    cast({{ var('shrink_k_floor') }} * {{ scale }} as double)
                ),
                cast({{ var('shrink_k_cap') }} * {{ scale }} as double)
            )
    end
{%- endmacro -%}


{#- Mean pulled towards the plan mean: `total` is the entity's sum, n its evidence, k what the plan mean is worth. -#}
{%- macro shrunk(total, n, k, plan_mean) -%}
    (({{ total }} + {{ k }} * {{ plan_mean }}) / ({{ n }} + {{ k }}))
{%- endmacro -%}
