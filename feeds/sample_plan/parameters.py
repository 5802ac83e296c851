"""Every assumption of the generated plan in one place; docs/sample_plan.md prints these tables."""

from __future__ import annotations

from dataclasses import dataclass

STEPS = ("EASE", "FLEXIBLE", "MINIMIZE", "READINESS", "EMPATHY", "INFORMATION", "FOLLOW-UP", "COMPLIANCE")
SURVEYED_STEPS = STEPS[:7]

# Strengths are standard normal over practices: a factor shared by all steps and one of each step, both AR(1).
SHARED_VARIANCE = 0.40
WAVE_AUTOCORRELATION = 0.80
# What a practice does differs from its strength for reasons that no patient notices (coding, clerks, systems).
IDIOSYNCRATIC_SD = 0.30

# Outreach: strength of the named step rises by this much (in standard deviations over practices) in the
# waves that start after the contact, when the practice agreed; nothing else changes.
OUTREACH_EFFECT = 0.60
OUTREACH_WAVES = 2
OUTREACH_ELIGIBLE_SHARE = 0.25
OUTREACH_CONTACT_SHARE = 0.60
OUTREACH_AGREE_SHARE = 0.75


@dataclass(frozen=True)
class Effect:
    """How a step's strength moves an event: logit slope for chances, log slope for rates."""

    step: str
    base: float
    slope: float


CHANCES = {
    "audit_routine_offer": Effect("EASE", 0.93, 0.9),
    "audit_urgent_offer": Effect("EASE", 0.88, 0.7),
    "audit_answered": Effect("EASE", 0.96, 0.4),
    "next_visit_booked": Effect("EASE", 0.80, 0.8),
    "pa_complete": Effect("EASE", 0.88, 0.6),
    "referral_several_options": Effect("EASE", 0.45, 0.5),
    "same_day": Effect("FLEXIBLE", 0.91, 0.9),
    "extended_visit": Effect("FLEXIBLE", 0.05, 0.8),
    "telehealth": Effect("FLEXIBLE", 0.06, 0.7),
    "no_show": Effect("MINIMIZE", 0.14, -0.35),
    "practice_cancel": Effect("MINIMIZE", 0.050, -0.5),
    "reminder": Effect("MINIMIZE", 0.75, 0.5),
    "preventive": Effect("READINESS", 0.55, 0.4),
    "mammogram": Effect("READINESS", 0.38, 0.4),
    "cervical": Effect("READINESS", 0.27, 0.4),
    "colorectal": Effect("READINESS", 0.30, 0.4),
    "flu_shot": Effect("READINESS", 0.56, 0.4),
    "depression_screen": Effect("READINESS", 0.35, 0.5),
    "tobacco_screen": Effect("READINESS", 0.30, 0.5),
    "fall_screen": Effect("READINESS", 0.35, 0.5),
    "sdoh_screen": Effect("READINESS", 0.24, 0.6),
    "own_clinician": Effect("READINESS", 0.78, 0.4),
    "case_referral": Effect("READINESS", 0.42, 0.6),
    "care_plan_review": Effect("READINESS", 0.55, 0.5),
    "interpreter_met": Effect("EMPATHY", 0.93, 0.6),
    "rel_collected": Effect("EMPATHY", 0.84, 0.6),
    "contact_preference": Effect("EMPATHY", 0.75, 0.5),
    "clas_training": Effect("EMPATHY", 0.80, 0.8),
    "on_formulary": Effect("INFORMATION", 0.95, 0.4),
    "coverage_reject": Effect("INFORMATION", 0.05, -0.4),
    "med_review": Effect("INFORMATION", 0.25, 0.5),
    "fu7_discharge": Effect("FOLLOW-UP", 0.40, 0.5),
    "fu7_ed": Effect("FOLLOW-UP", 0.33, 0.45),
    "result_timely": Effect("FOLLOW-UP", 0.90, 0.7),
    "loop_closed": Effect("FOLLOW-UP", 0.65, 0.5),
    "referral_contact": Effect("FOLLOW-UP", 0.76, 0.6),
    "med_reconciled": Effect("FOLLOW-UP", 0.42, 0.5),
    "readmission": Effect("FOLLOW-UP", 0.13, -0.2),
    "after_hours_route": Effect("COMPLIANCE", 0.92, 0.9),
    "dismissal_cover": Effect("COMPLIANCE", 0.85, 0.9),
    "record_received": Effect("COMPLIANCE", 0.77, 0.6),
    "directory_right": Effect("COMPLIANCE", 0.965, 0.6),
    "directory_field": Effect("COMPLIANCE", 0.975, 0.9),
    "attested_in_time": Effect("COMPLIANCE", 0.92, 1.0),
    "hours_equal": Effect("COMPLIANCE", 0.92, 0.9),
}

# Rates: per member month unless said otherwise.
RATES = {
    "lead_days": Effect("EASE", 13.0, -0.40),  # business days between asking for a routine visit and the visit
    "pa_lag": Effect("EASE", 2.4, -0.45),  # business days between order and submission
    "referral_lag": Effect("EASE", 15.0, -0.25),  # business days between referral and specialist visit
    "low_acuity_ed": Effect("FLEXIBLE", 0.0120, -0.30),
    "wait_minutes": Effect("MINIMIZE", 9.0, -0.30),
    "repeat_test": Effect("READINESS", 0.045, -0.35),  # per laboratory panel
    "grievance": Effect("EMPATHY", 0.0018, -0.40),
    "leave_practice": Effect("EMPATHY", 0.0042, -0.35),
    "dismissal": Effect("EMPATHY", 0.00045, -0.25),
    "quality_concern": Effect("COMPLIANCE", 0.00045, -0.35),
}

# Case mix: shift of a respondent's answer, in standard deviations of one answer, per level of the adjuster.
AGE_BANDS = ("18-24", "25-34", "35-44", "45-54", "55-64", "65-74", "75+")
AGE_SHIFT = (-0.22, -0.16, -0.08, 0.0, 0.08, 0.18, 0.20)
EDUCATION_SHIFT = (0.10, 0.07, 0.03, 0.0, -0.05, -0.09)  # 1 = 8th grade or less ... 6 = more than four-year college
GENERAL_HEALTH_SHIFT = (0.16, 0.08, 0.0, -0.08, -0.18)  # 1 excellent ... 5 poor
MENTAL_HEALTH_SHIFT = (0.20, 0.10, 0.0, -0.12, -0.24)
PROXY_SHIFT = -0.10
# Part of one answer's variance that the respondent carries into all own answers.
RESPONDENT_VARIANCE = 0.35


@dataclass(frozen=True)
class Item:
    """A survey item: steps it hears, slope on their mean strength, share of each code from worst to best."""

    steps: tuple[str, ...]
    slope: float
    shares: tuple[float, ...]
    asked: float  # share of respondents to whom it applies


F4_ACCESS = (0.05, 0.15, 0.25, 0.55)
F4_TALK = (0.03, 0.08, 0.19, 0.70)
F4_COORDINATION = (0.05, 0.13, 0.26, 0.56)
R11 = (0.01, 0.01, 0.01, 0.02, 0.02, 0.05, 0.05, 0.10, 0.18, 0.17, 0.38)
AGREE5 = (0.04, 0.07, 0.14, 0.33, 0.42)
ALL = SURVEYED_STEPS

ITEMS = {
    "rate_health_care": Item(ALL, 0.36, R11, 0.85),
    "rate_personal_doctor": Item(("EMPATHY", "FOLLOW-UP", "READINESS"), 0.30, R11, 0.85),
    "rate_specialist": Item(("EASE",), 0.10, R11, 0.35),
    "easy_get_care": Item(("EASE",), 0.32, F4_ACCESS, 0.85),
    "specialist_appt_soon": Item(("EASE",), 0.26, F4_ACCESS, 0.40),
    "urgent_care_soon": Item(("FLEXIBLE",), 0.36, F4_ACCESS, 0.45),
    "routine_care_soon": Item(("EASE",), 0.36, F4_ACCESS, 0.75),
    "seen_15_min": Item(("MINIMIZE",), 0.38, (0.12, 0.25, 0.30, 0.33), 0.80),
    "informed_other": Item(("READINESS",), 0.24, F4_COORDINATION, 0.45),
    "informed_specialist": Item(("READINESS",), 0.24, F4_COORDINATION, 0.35),
    "talk_rx": Item(("INFORMATION",), 0.26, F4_COORDINATION, 0.65),
    "results_follow_up": Item(("FOLLOW-UP",), 0.30, F4_COORDINATION, 0.65),
    "results_soon": Item(("FOLLOW-UP",), 0.30, F4_COORDINATION, 0.65),
    "help_manage_care": Item(("READINESS",), 0.24, F4_COORDINATION, 0.30),
    "listen": Item(("EMPATHY",), 0.24, F4_TALK, 0.85),
    "respect": Item(("EMPATHY",), 0.23, F4_TALK, 0.85),
    "enough_time": Item(("EMPATHY",), 0.25, F4_TALK, 0.85),
    "explain": Item(("INFORMATION",), 0.24, F4_TALK, 0.85),
    "flu_shot": Item(("READINESS",), 0.15, (0.52, 0.48), 1.0),
}
TOUCHPOINTS = {f"tp{i + 1}": Item((step,), 0.30, AGREE5, 1.0) for i, step in enumerate(SURVEYED_STEPS)}
PE_COMPOSITES = {
    "needed_care": ("easy_get_care", "specialist_appt_soon"),
    "quick_care": ("urgent_care_soon", "routine_care_soon"),
    "communication": ("listen", "respect", "enough_time", "explain"),
    "coordination": (
        "informed_other",
        "informed_specialist",
        "talk_rx",
        "results_follow_up",
        "results_soon",
        "help_manage_care",
    ),
    "rating": ("rate_personal_doctor",),
}
