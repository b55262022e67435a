"""The published language of Satupintu: what a complaint is, what can happen to it, and what each fact means."""
