"""Codes of `providers.codes`: what a service refuses or cannot do."""

from collections.abc import Mapping

from handlers.wording.error_tables import hosting

_AGAIN = "Try again in a few minutes."
_RUNNER = "Whoever runs the bot"

SENTENCES: Mapping[str, Mapping[str, tuple[str, str, str]]] = {
    "en": {
        **hosting.SENTENCES["en"],
        # the way to the service
        "unreachable": (
            "{service} cannot be reached",
            "Its name is not known, or there is no way to it from where the bot runs.",
            f"{_AGAIN} If it lasts: check the endpoint, the proxy and the firewall.",
        ),
        "tls_failed": (
            "The connection to {service} is not trusted",
            "The certificate does not lead to a known authority, as with a company proxy.",
            f"{_RUNNER} sets the company's CA as `network.ca_bundle`.",
        ),
        "proxy_refused": (
            "The proxy did not let the bot through to {service}",
            "The request never left the company's network.",
            f"{_RUNNER} has the endpoint allowed at the proxy, or lists it under `network.no_proxy`.",
        ),
        "proxy_auth_required": (
            "The proxy wants a user and a password",
            "The request never left the company's network.",
            f"{_RUNNER} puts them into `network.proxy`.",
        ),
        "timed_out": ("{service} did not answer in time", "It may be slow or overloaded just now.", _AGAIN),
        "connection_lost": (
            "The connection to {service} broke",
            "The network or the service dropped it.",
            _AGAIN,
        ),
        "server_error": ("{service} had a fault of its own", "It is not your data or settings.", _AGAIN),
        "unreadable_answer": (
            "{service} answered something unreadable",
            "What came is not what this service answers.",
            f"{_AGAIN} If it lasts: the endpoint may be wrong.",
        ),
        "no_answer": (
            "{service} was asked and never answered",
            "It may have done it or not.",
            "The bot looks there before it asks again.",
        ),
        "throttled": ("{service} asks to wait", "There were too many requests in a short time.", _AGAIN),
        "busy": ("{service} is overloaded", "It asks to come again later.", _AGAIN),
        "unexpected_redirect": (
            "{service} answers with a redirect",
            "The endpoint is wrong, or a sign-in page stands in between.",
            f"{_RUNNER} checks the endpoint in the configuration.",
        ),
        # who we are
        "key_refused": (
            "{service} does not accept the key",
            "It is wrong, was rotated, or belongs to another endpoint.",
            f"{_RUNNER} sets the present key and starts the bot again.",
        ),
        "token_refused": (
            "{service} does not accept the bot's sign-in",
            "The Entra token is for another scope or tenant.",
            f"{_RUNNER} checks `scope` and `tenant_id` of the connection.",
        ),
        "network_refused": (
            "The resource's firewall refuses the bot",
            "Only chosen networks or private endpoints may reach it.",
            f"{_RUNNER} allows the bot's address at the resource.",
        ),
        "credential_missing": (
            "The bot cannot sign in to Entra ID",
            "The credential `{kind}` is not available where the bot runs.",
            f"{_RUNNER} chooses another `credential` for the connection.",
        ),
        "credential_incomplete": (
            "The bot cannot sign in to Entra ID",
            "The credential `{kind}` lacks the setting `{setting}`.",
            f"{_RUNNER} adds it.",
        ),
        "credential_refused": (
            "Entra ID refused the bot's credential",
            "The credential is `{kind}`.",
            f"{_RUNNER} checks it; Entra's own words are in the bot's log.",
        ),
        "client_secret_invalid": (
            "Entra ID refused the client secret",
            "Often the secret's id was copied instead of its value.",
            f"{_RUNNER} sets the value.",
        ),
        "client_secret_expired": (
            "The client secret has expired",
            "Entra ID no longer takes it.",
            f"{_RUNNER} makes a new one and sets it.",
        ),
        "application_unknown": (
            "Entra ID does not know the bot's application",
            "There is no such client id in this tenant.",
            f"{_RUNNER} checks `client_id` and `tenant_id`.",
        ),
        "tenant_unknown": (
            "Entra ID does not know the tenant",
            "The tenant id is wrong, or of another cloud.",
            f"{_RUNNER} checks `tenant_id`.",
        ),
        "scope_unknown": (
            "Entra ID does not know the scope",
            "The scope belongs to another cloud or service.",
            f"{_RUNNER} checks `scope` of the connection.",
        ),
        # what was asked for
        "not_found": (
            "{service} no longer has it",
            "It was deleted there, or belongs to another resource.",
            "`jobs` and `data` show what the bot knows.",
        ),
        "endpoint_not_found": (
            "{service} does not know this address",
            "The endpoint, the kind of resource or the api-version is wrong.",
            f"{_RUNNER} checks the connection.",
        ),
        "api_version_refused": (
            "{service} does not know the api-version {api_version}",
            "It was withdrawn or mistyped.",
            f"{_RUNNER} changes `api_versions` of the connection.",
        ),
        "conflict": (
            "{service} does not allow this now",
            "It exists already, or its state does not allow it.",
            "Look at the job's card and try again.",
        ),
        "in_use": (
            "Something still depends on it",
            "{service} keeps what a deployment uses.",
            "Take the deployment down first.",
        ),
        "request_refused": (
            "{service} refuses the request",
            "Asking again as it is changes nothing.",
            "Its own words say what it wants.",
        ),
        "too_large": (
            "The file is too large for {service}",
            "It takes files up to its limit and no more.",
            "Split the data, or leave examples out.",
        ),
        "operation_unsupported": (
            "{service} has no such operation",
            "This kind of resource or api-version cannot do it.",
            "The job's card shows what can be done.",
        ),
        "method_unsupported": (
            "{service} does not train with the method {method} here",
            "",
            "Choose another model or other data.",
        ),
        # files and jobs
        "job_quota": (
            "{service} takes no more jobs now",
            "The resource limits running, queued and kept jobs{jobs_hint}.",
            "Wait for a job to end, or have old jobs deleted; `connections` shows what is used.",
        ),
        "file_quota": (
            "The resource is full of files",
            "{service} keeps a limited number and size{files_hint}.",
            "Delete files that are no longer needed; `connections` shows what is used.",
        ),
        "quota": (
            "A quota of {service} is used up",
            "The limit is of the resource or the subscription.",
            "Ask for more quota, or try again later; `connections` shows what is used.",
        ),
        "file_not_ready": (
            "{service} has not finished taking in the file",
            "A job needs files that are processed.",
            "Train again in a few minutes.",
        ),
        "part_refused": (
            "A part of the data did not pass the check",
            "A share was to be held back as validation data; each part is checked by itself, and one cannot be used.",
            "`data` lists the parts with what is wrong. Repair the data, or train with another share or a second file.",
        ),
        "file_unknown": (
            "{service} does not have the file",
            "It was deleted there, or is not for fine-tuning.",
            "Send the data again and train with it.",
        ),
        "data_invalid": (
            "{service} refuses the lines of the file",
            "Its own check found what ours did not.",
            "Its own words name what is wrong; repair it and send the file again.",
        ),
        "import_failed": (
            "{service} could not take in the file",
            "The upload arrived, its processing failed.",
            "Send the file again; when it fails twice, look at its encoding and size.",
        ),
        "file_refused": (
            "{service} could not take in the file",
            "The upload arrived, its processing failed there.",
            "Its own words name what is wrong; repair the data and send the file again.",
        ),
        "upload_gave_up": (
            "The file could not be brought to {service}",
            "It was tried several times over.",
            "Try again later; when it comes back, `connections` shows whether the service answers.",
        ),
        "content_filtered": (
            "{service}'s content filter refused it",
            "It found text that it does not allow.",
            "Review the data on harmful topics and send it again.",
        ),
        "source_changed": (
            "The file changed while it was sent",
            "{expected} were announced and {sent} sent, so {service} has nothing usable.",
            "Send the file again.",
        ),
        "training_type_unsupported": (
            "{model} is not trained with the training type {training_type}",
            (
                '{service} says "does not support fine-tuning with Standard TrainingType" also when the model is '
                "trainable and only wants another type."
            ),
            "Train again and choose Global, Data zone or Developer as the training type.",
        ),
        "model_not_trainable": (
            "{model} cannot be fine-tuned here",
            "The model, its version or the region is not open for fine-tuning.",
            "{offered_hint}",
        ),
        "model_retired": (
            "{model} is retired",
            "{service} trains it no longer{since_hint}.",
            "{instead_hint}",
        ),
        "method_required": (
            "{model} is trained with the method {method}",
            "{service} trains it in no other way.",
            "Choose another model for this data.",
        ),
        "suffix_refused": (
            "{service} does not take this suffix",
            "Letters, digits, - and _ are allowed, 40 characters at most, no dots; above 18 some of its tools refuse.",
            "Shorten it and train again.",
        ),
        "hyperparameter_refused": (
            "{service} does not take this hyperparameter",
            "A value is outside its range.",
            "Leave the field empty to let the service decide, or stay within the range at the field.",
        ),
        "grader_invalid": (
            "{json_hint}",
            "Nothing was sent.",
            "{json_remedy}",
        ),
        "grader_refused": (
            "{service} does not take this grader",
            "Its own words say what is wrong with it.",
            "Correct the JSON in the grader's field, or choose another type of grader.",
        ),
        "results_missing": (
            "{service} has no results file for this job",
            "Without it there are no charts.",
            "The numbers that came while it ran are in the results.",
        ),
        "results_unreadable": (
            "The results file cannot be read",
            "It has no table with a step column.",
            "The numbers that came while it ran are in the results.",
        ),
        # configuration of this program
        "provider_unknown": (
            "The service {kind} is not known",
            "The connection's `provider` is not one that the bot can speak to.",
            f"{_RUNNER} corrects it.",
        ),
        "settings_invalid": (
            "The connection's settings are wrong",
            "Incomplete or wrong: {settings}.",
            f"{_RUNNER} corrects them.",
        ),
    }
}
