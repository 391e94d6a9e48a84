// Django's search fields (Select2) name themselves by what is chosen, so an empty one has no name
// for a screen reader: each gets the text of its label, once Django's own script has made it.
"use strict";
if (window.django?.jQuery) {
    window.django.jQuery(() => {
        for (const shown of document.querySelectorAll(".select2-selection__rendered")) {
            const field = shown.id.replace(/^select2-(.*)-container$/, "$1");
            const label = document.querySelector(`label[for="${CSS.escape(field)}"]`);
            if (label) {
                shown.setAttribute("aria-label", label.textContent.trim().replace(/:$/, ""));
            }
        }
    });
}

// Django's own script goes to the first field of a new record, also when there is something to
// correct.
document.querySelector(".error-summary")?.focus();
