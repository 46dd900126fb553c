//! lantu-files
