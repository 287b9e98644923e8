"""CronJobs: Jobs at times of the clock."""
