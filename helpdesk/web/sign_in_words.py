"""What the sign-in library says, in our words; translated with all other words."""

from __future__ import annotations

from helpdesk.core.words import N_

# By the library's names: (words, kind). What is not named here is never shown.
WORDS: dict[str, tuple[str, str]] = {
    "GENERIC_AUTHN_FAILED": (
        N_("The address and the password do not belong together. Try again, or choose a new one."),
        "error",
    ),
    "UNAUTHENTICATED": (N_("Sign in to see this page."), "info"),
    "REAUTHENTICATION_REQUIRED": (N_("Write your password once more to go on."), "info"),
    "REAUTHENTICATION_SUCCESSFUL": (N_("Thank you. Go on."), "info"),
    "EMAIL_NOT_PROVIDED": (N_("Write your address."), "error"),
    "INVALID_EMAIL_ADDRESS": (
        N_("This is no address: it needs an @ with something on each side."),
        "error",
    ),
    "PASSWORD_NOT_PROVIDED": (N_("Write the password."), "error"),
    "INVALID_PASSWORD": (N_("This is not the password that you have now."), "error"),
    "PASSWORD_INVALID_LENGTH": (
        N_("This is too short: use at least %(length)s characters."),
        "error",
    ),
    "PASSWORD_IS_THE_SAME": (N_("You have this password already. Choose another one."), "error"),
    "RETYPE_PASSWORD_MISMATCH": (N_("This is not the same as above. Write both again."), "error"),
    "PASSWORD_RESET_REQUEST": (
        N_(
            "If we know %(email)s, a mail with a link is on its way there. "
            "It can take a few minutes."
        ),
        "success",
    ),
    "PASSWORD_RESET_EXPIRED": (
        N_("The link has expired. Ask for a new one here."),
        "error",
    ),
    "INVALID_RESET_PASSWORD_TOKEN": (
        N_("The link has been used already, or was cut off. Ask for a new one here."),
        "error",
    ),
    "PASSWORD_RESET_NO_LOGIN": (N_("Your password is saved. Sign in with it."), "success"),
    "PASSWORD_CHANGE": (
        N_("Your password is changed, and you are signed out everywhere else."),
        "success",
    ),
    "INVALID_REDIRECT": (N_("That address is not one of ours."), "error"),
    "API_ERROR": (N_("We could not read what was sent."), "error"),
}
