"""The words of demonstration remedies, by category of the remedy or of the complaint.

Written for this demonstration. Improvements name no date: when they fall due is recorded beside
them. Personal remedies name nobody and tell nothing by which a person could be known.
"""

from reviews.demonstration.categories import (
    ADULT,
    BENEFITS,
    CORPORATE,
    EDUCATION,
    ENVIRONMENT,
    HIGHWAYS,
    HOUSING,
    OTHER,
    PLANNING,
)

POLICY = "procedure_or_policy"
TRAINING = "training_or_guidance"
REVIEW = "review_other_cases"
OTHER_IMPROVEMENT = "other_service_improvement"

PERSONAL: dict[str, tuple[str, ...]] = {
    "apology": (
        "Apologise in writing for the faults found, saying what went wrong and why.",
        "Apologise to the complainant for the delay and for the worry it caused.",
        "Send a written apology, signed by a senior officer, that accepts each of our findings.",
        "Apologise for not answering the complaint within the authority's own timescale.",
        "Apologise for the frustration of having to chase the authority for an answer.",
        "Apologise for the uncertainty about what would have happened without the fault.",
    ),
    "financial_redress_distress": (
        "Pay a symbolic amount for the avoidable distress the faults caused.",
        "Pay the complainant in recognition of the time and trouble taken to complain.",
        "Pay an amount for the uncertainty about whether the outcome would have been different.",
        "Pay an amount for the frustration caused by repeated delay.",
        "Pay an amount in recognition of the added strain on the complainant's household.",
    ),
    "financial_redress_quantifiable_loss": (
        "Refund the charges that should not have been made.",
        "Reimburse what was paid for provision that the authority should have arranged.",
        "Pay the difference between what was awarded and what was due.",
        "Repay the enforcement fees added to the account by mistake.",
        "Pay an amount for each month of provision that was missed.",
    ),
    "records": (
        "Correct the case record and place a note of our decision on the file.",
        "Remove the wrong entry from the account and confirm in writing that this is done.",
        "Add the complainant's own account of events to the file.",
    ),
    "reconsider_decision": (
        "Consider the application afresh, by an officer who has not dealt with it before.",
        "Carry out a new assessment and give its result, with reasons, in writing.",
        "Offer a fresh right of review of the decision, and explain how to use it.",
        "Arrange a new appeal hearing with a different panel and clerk.",
    ),
    "provide_information": (
        "Write to explain how the charge was worked out and how it can be challenged.",
        "Tell the complainant who is now the contact for the case and how to reach them.",
        "Send a copy of the policy that applies, and explain what it means for this case.",
    ),
    "provide_services": (
        "Put in place the provision that was agreed, and confirm the arrangements in writing.",
        "Arrange the support that the assessment found to be needed.",
        "Inspect the property and carry out the work for which the authority is responsible.",
        "Offer suitable temporary accommodation.",
    ),
    "other_personal": (
        "Agree a plan of action with the complainant and review it after three months.",
        "Give the complainant a single point of contact until the matter is settled.",
    ),
}

# Pounds: the least, the step and the most.
AMOUNTS = {
    "financial_redress_distress": (100, 50, 1000),
    "financial_redress_quantifiable_loss": (150, 75, 3600),
}

IMPROVEMENTS: dict[str, tuple[tuple[str, str], ...]] = {
    ADULT: (
        (POLICY, "Change the procedure for financial assessments so that people learn what care "
         "will cost before it starts."),
        (POLICY, "Introduce a check that each care and support plan is reviewed at least yearly."),
        (TRAINING, "Remind officers that a carer's needs are assessed whether or not the cared-for "
         "person agrees."),
        (TRAINING, "Train staff on when a top-up fee may be asked for and what has to be offered "
         "without one."),
        (REVIEW, "Look for others who were charged for care before their assessment was finished "
         "and correct their accounts."),
        (REVIEW, "Check the direct payment accounts suspended in the past year and put right any "
         "stopped without notice."),
        (OTHER_IMPROVEMENT, "Agree with care providers how missed and shortened visits are "
         "reported to the council."),
        (POLICY, "Write down who decides on safeguarding enquiries and how the family is told of "
         "the result."),
    ),
    BENEFITS: (
        (POLICY, "Change the recovery procedure so that an account with an open complaint is not "
         "passed to enforcement agents."),
        (POLICY, "Set a target for council tax reduction appeals and report on it to managers."),
        (TRAINING, "Remind staff to say in every benefit decision how to ask for a review and how "
         "to appeal."),
        (TRAINING, "Give staff guidance on recognising and recording vulnerability before recovery "
         "begins."),
        (REVIEW, "Identify other accounts to which summons costs were added in error and refund "
         "them."),
        (OTHER_IMPROVEMENT, "Rewrite the standard letter about overpayments in plain language."),
    ),
    CORPORATE: (
        (POLICY, "Publish how the council decides on the sale of small parcels of land."),
        (POLICY, "Bring the complaints procedure into line with the Complaint Handling Code."),
        (TRAINING, "Remind managers that a complaint about a contractor is a complaint about the "
         "council."),
        (TRAINING, "Brief complaint handlers on explaining the right to come to the Ombudsman."),
        (OTHER_IMPROVEMENT, "Keep a log of requests that were promised a call back, and check it "
         "weekly."),
        (REVIEW, "Review garden and allotment tenancies ended in the past two years for the same "
         "fault."),
    ),
    EDUCATION: (
        (POLICY, "Put in place a way to track each step of education, health and care needs "
         "assessments against the statutory timescale."),
        (POLICY, "Produce an action plan to recruit or commission enough "
         "educational psychologists."),
        (POLICY, "Write a procedure for arranging alternative provision when a child is out of "
         "school for fifteen days."),
        (TRAINING, "Remind staff that the duty to secure the provision in a plan is the council's "
         "and cannot be passed to the school."),
        (TRAINING, "Train school transport appeal panels on taking individual circumstances into "
         "account."),
        (TRAINING, "Give social workers guidance on the three stages of the children's statutory "
         "complaints procedure."),
        (REVIEW, "Check other plans whose annual review is overdue and tell families when it will "
         "be held."),
        (REVIEW, "Look at other family and friends placements arranged by the council and pay any "
         "allowance that was missed."),
        (OTHER_IMPROVEMENT, "Report to the scrutiny committee each quarter on how many plans were "
         "issued in time."),
        (OTHER_IMPROVEMENT, "Agree with the local health partners how therapy named in plans will "
         "be commissioned."),
    ),
    ENVIRONMENT: (
        (POLICY, "Introduce monitoring of assisted and repeatedly missed bin collections."),
        (POLICY, "Set out when diary sheets, officer visits and recording equipment are used in "
         "noise cases."),
        (TRAINING, "Remind officers to tell people who report antisocial behaviour of the case "
         "review they can ask for."),
        (TRAINING, "Train enforcement officers on recording why no formal action was taken."),
        (REVIEW, "Review open noise cases without contact for three months and write to those who "
         "reported them."),
        (OTHER_IMPROVEMENT, "Publish what the council can and cannot do about trees on its land."),
    ),
    HIGHWAYS: (
        (POLICY, "Change the parking appeals procedure so that payment is not taken while a "
         "challenge is being considered."),
        (POLICY, "Record the reasons whenever a reported highway defect is not repaired."),
        (TRAINING, "Remind staff to consider mitigating circumstances before a penalty charge is "
         "enforced."),
        (TRAINING, "Give officers guidance on answering requests for dropped kerbs and disabled "
         "bays."),
        (REVIEW, "Check other penalty charges issued at the same place while the signs were "
         "wrong."),
        (OTHER_IMPROVEMENT, "Publish the waiting list for traffic schemes and how it is ordered."),
    ),
    HOUSING: (
        (POLICY, "Introduce a check that personalised housing plans are written and kept up to "
         "date."),
        (POLICY, "Make sure no family stays in bed and breakfast accommodation for longer than six "
         "weeks."),
        (POLICY, "Set a timescale for medical priority assessments and tell applicants what it "
         "is."),
        (TRAINING, "Train housing officers to give written decisions with review rights at each "
         "stage of a homelessness application."),
        (TRAINING, "Remind staff to make enquiries when someone may be homeless, whatever form the "
         "approach takes."),
        (REVIEW, "Identify others on the housing register whose change of circumstances was not "
         "dealt with and correct their priority date."),
        (REVIEW, "Review households in temporary accommodation to see whether it is still "
         "suitable."),
        (OTHER_IMPROVEMENT, "Keep a record of the condition of temporary accommodation and inspect "
         "it yearly."),
    ),
    PLANNING: (
        (POLICY, "Require case officers' reports to say how the effect on neighbours was judged."),
        (POLICY, "Publish a local enforcement plan with the timescales people can expect."),
        (TRAINING, "Remind planning officers to keep notes and photographs of their site visits."),
        (TRAINING, "Train validation staff on who has to be told of an application and how."),
        (REVIEW, "Check recent applications for the same error in publicity."),
        (OTHER_IMPROVEMENT, "Tell people who report a breach when a decision is made not to act, "
         "and why."),
    ),
    OTHER: (
        (POLICY, "Set out how complaints about councillors are assessed and who is told the "
         "outcome."),
        (TRAINING, "Brief officers on sending complaints to the right body at once."),
        (OTHER_IMPROVEMENT, "Keep a central record of complaints that concern several services."),
    ),
}  # fmt: skip
