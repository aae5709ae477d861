namespace UserStore.Testing;

/// <summary>Says how the in-memory store behaves.</summary>
public sealed class InMemoryUserStoreOptions
{
    /// <summary>Gets or sets the clock.</summary>
    /// <value>The default is the system's; a <see cref="FakeClock"/> makes tests independent of time.</value>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Gets or sets how long a write takes to be seen through an index, by <see cref="TimeProvider"/>.</summary>
    /// <value>Not negative. The default is zero: at once.</value>
    public TimeSpan IndexDelay { get; set; }

    /// <summary>Gets or sets how many of the latest calls are recorded.</summary>
    /// <value>Not negative. The default is 0: none.</value>
    public int RecordedCalls { get; set; }

    /// <summary>Gets or sets how many of the latest changes are kept until they are taken.</summary>
    /// <value>Not negative. The default is 1,000.</value>
    public int KeptChanges { get; set; } = 1000;

    /// <summary>Gets or sets the rule that makes emails comparable, as in <see cref="UserStoreOptions.NormalizeEmail"/>.</summary>
    /// <value>The default is the default of <see cref="UserStoreOptions"/>.</value>
    public Func<string, string> NormalizeEmail { get; set; } = new UserStoreOptions().NormalizeEmail;

    /// <summary>Gets or sets a value indicating whether no two users may have the same email, as in
    /// <see cref="UserStoreOptions.UniqueEmails"/>.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool UniqueEmails { get; set; } = true;

    /// <summary>Gets the keys that encrypt continuation tokens, as in <see cref="UserStoreOptions.TokenKeys"/>.</summary>
    /// <value>The default is empty.</value>
    public IList<byte[]> TokenKeys { get; } = [];
}
