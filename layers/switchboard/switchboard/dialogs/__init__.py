"""Dialogs: a call, or a chat, is one function, replayed from its history at each webhook."""
