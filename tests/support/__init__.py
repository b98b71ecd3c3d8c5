"""What tests share: databases, a Redis, fake buyers. Typed like the application; no test lives here."""
