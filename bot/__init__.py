"""Schoolbell: school timetables and homework in Telegram chats."""

__version__ = "0.1.0"
