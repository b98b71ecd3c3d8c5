"""Switchyard: takes leads in, sells them by exact rules, delivers them and keeps the books."""
