namespace UserStore.Testing;

/// <summary>Specifies the behavior of the in-memory store.</summary>
public sealed class InMemoryUserStoreOptions
{
    /// <summary>Gets or sets the clock.</summary>
    /// <value>The default is the system clock. A <see cref="FakeClock"/> makes tests independent of time.</value>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Gets or sets the time after which a write is visible in the indexes, measured by <see cref="TimeProvider"/>.</summary>
    /// <value>Not negative. The default is zero: immediately.</value>
    public TimeSpan IndexDelay { get; set; }

    /// <summary>Gets or sets the maximum number of calls that are recorded. The latest calls are kept.</summary>
    /// <value>Not negative. The default is 0: none.</value>
    public int RecordedCalls { get; set; }

    /// <summary>Gets or sets the maximum number of changes that are kept until they are read. The latest changes are kept.</summary>
    /// <value>Not negative. The default is 1,000.</value>
    public int KeptChanges { get; set; } = 1000;

    /// <summary>Gets or sets the function that normalizes emails for comparison, as in <see cref="UserStoreOptions.NormalizeEmail"/>.</summary>
    /// <value>The default is the default of <see cref="UserStoreOptions"/>.</value>
    public Func<string, string> NormalizeEmail { get; set; } = new UserStoreOptions().NormalizeEmail;

    /// <summary>Gets or sets a value indicating whether emails are unique among users, as in
    /// <see cref="UserStoreOptions.UniqueEmails"/>.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool UniqueEmails { get; set; } = true;

    /// <summary>Gets the functions that normalize unique values, as in <see cref="UserStoreOptions.Normalizers"/>.</summary>
    /// <value>The default is empty.</value>
    public IDictionary<string, Func<string, string>> Normalizers { get; } = new Dictionary<string, Func<string, string>>(StringComparer.Ordinal);

    /// <summary>Gets what the options say of the user type.</summary>
    internal UserStoreOptions Model { get; } = new();

    /// <summary>Describes the user type in code, as <see cref="UserStoreOptions.Describe"/> does.</summary>
    /// <typeparam name="TUser">The user type of the store.</typeparam>
    /// <param name="describe">Describes the type.</param>
    public void Describe<TUser>(Action<UserTypeBuilder<TUser>> describe)
        where TUser : class
        => Model.Describe(describe);

    /// <summary>Gets the options for the erasure of users, as in <see cref="UserStoreOptions.Privacy"/>.</summary>
    /// <value>The defaults of <see cref="UserPrivacyOptions"/>: users cannot be erased without a hash key.</value>
    public UserPrivacyOptions Privacy { get; } = new();

    /// <summary>Gets the keys that encrypt continuation tokens, as in <see cref="UserStoreOptions.TokenKeys"/>.</summary>
    /// <value>The default is empty.</value>
    public IList<byte[]> TokenKeys { get; } = [];

    /// <summary>Returns the rules as options of a store.</summary>
    internal UserStoreOptions ToStoreOptions()
    {
        var store = new UserStoreOptions { NormalizeEmail = NormalizeEmail, UniqueEmails = UniqueEmails, Description = Model.Description };
        foreach ((string name, Func<string, string> normalize) in Normalizers)
            store.Normalizers.Add(name, normalize);
        foreach (byte[] key in TokenKeys)
            store.TokenKeys.Add(key);
        return store;
    }
}
