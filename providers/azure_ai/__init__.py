"""Azure AI Studio and Azure Machine Learning: fine-tuning of Llama and Phi, paid as one goes."""
