"""Where rules about messages come from: one name per document or checker, so that all rules cite it alike."""

AZURE_CHAT = "Azure OpenAI, customize a model: format of the dataset (contract 1.3)"
AZURE_TOOLS = "Azure OpenAI, fine-tuning and tool calling: how a training file is built"
AZURE_VISION = "Azure OpenAI, vision fine-tuning: requirements of the image dataset"
CHAT_API = "OpenAI and Azure OpenAI, chat completions: description of the request"
COOKBOOK = "OpenAI cookbook, Chat_finetuning_data_prep (anchors B.2)"
EVERY_CHECKER = "cookbook, Together, mistral-finetune and Databricks all ask for it (anchors B.2)"
FOUNDRY = "Azure AI Foundry, schema of supervised fine-tuning data: checklist"
JSON_SCHEMA = "JSON Schema 2020-12, meta-schema"
LLM_FOUNDRY = (
    "Databricks, prepare data for fine-tuning; llm-foundry's exceptions (contract databricks 1 and 6)"
)
MISTRAL = "mistral-finetune, validate_data (anchors B.2)"
TOGETHER = "Together, check_file (anchors B.2)"
