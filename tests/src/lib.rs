//! lantu-tests
