//! lantu-project
