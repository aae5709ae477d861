namespace UserStore.Migrations.Journaling;

/// <summary>Identifies one acquisition of the lock.</summary>
/// <param name="Owner">The random id of the run.</param>
/// <param name="Number">The fencing number of the acquisition; every later one is higher.</param>
internal readonly record struct LockFence(string Owner, long Number);
