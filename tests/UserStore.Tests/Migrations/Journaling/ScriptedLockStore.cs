using UserStore.Migrations.Journaling;
using UserStore.Testing;

namespace UserStore.Tests.Migrations.Journaling;

/// <summary>A lock in memory. A test counts its requests, and decides what happens before and after a change.</summary>
internal sealed class ScriptedLockStore : IMigrationLockStore
{
    private const int MaxReads = 1000;

    private readonly IMigrationLockStore _inner = new InMemoryMigrationJournal();

    public int Reads { get; private set; }

    public int Scans { get; private set; }

    public int Replacements { get; private set; }

    /// <summary>Gets or sets what happens before a row is replaced or deleted.</summary>
    public Func<CancellationToken, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>Gets or sets what happens after a row was replaced or deleted, and before the response is received.</summary>
    public Func<CancellationToken, Task> After { get; set; } = _ => Task.CompletedTask;

    /// <summary>Returns the row.</summary>
    public async Task<LockRow> RowAsync() => (await _inner.FindAsync(default))!;

    /// <summary>Replaces the row, as another process does.</summary>
    public async Task SetAsync(LockRow next)
        => (await _inner.TryReplaceAsync(await _inner.FindAsync(default), next, default)).Should().BeTrue();

    public Task<LockRow?> FindAsync(CancellationToken cancellationToken)
    {
        if (++Reads > MaxReads)
            throw new InvalidOperationException("The lock is read without pauses.");
        return _inner.FindAsync(cancellationToken);
    }

    public Task<long> FindLastFenceAsync(CancellationToken cancellationToken)
    {
        Scans++;
        return _inner.FindLastFenceAsync(cancellationToken);
    }

    public async Task<bool> TryReplaceAsync(LockRow? seen, LockRow next, CancellationToken cancellationToken)
    {
        Replacements++;
        await Before(cancellationToken);
        bool isReplaced = await _inner.TryReplaceAsync(seen, next, cancellationToken);
        await After(cancellationToken);
        return isReplaced;
    }

    public async Task<bool> TryDeleteAsync(LockRow seen, CancellationToken cancellationToken)
    {
        await Before(cancellationToken);
        bool isDeleted = await _inner.TryDeleteAsync(seen, cancellationToken);
        await After(cancellationToken);
        return isDeleted;
    }
}
