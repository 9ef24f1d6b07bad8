pub(crate) fn register() {}
