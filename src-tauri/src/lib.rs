//! lantu-app
