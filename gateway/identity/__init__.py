"""The core: who is this, may they in, and what is written after the first yes. No transport, no SQL, no HTTP."""
