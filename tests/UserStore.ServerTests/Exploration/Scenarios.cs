namespace UserStore.ServerTests.Exploration;

/// <summary>The pairings of writes that matter.</summary>
internal static class Scenarios
{
    private const int QuickWrites = 9; // one more than an item remembers

    private static readonly (string, Func<Ids, Process, User?, Task>) Patch = ("patch", (ids, process, _)
        => process.Store.UpdateAsync(ids.User, new UserPatch<User>().Increment(user => user.Age, 1)));

    private static readonly (string, Func<Ids, Process, User?, Task>) Save = ("save", (_, process, user)
        => process.Store.UpdateAsync(user! with { Name = "Fake Saved" }));

    private static readonly (string, Func<Ids, Process, User?, Task>) Create = ("create", (ids, process, _)
        => process.Store.CreateAsync(new User { UserId = ids.User, Age = 0 }));

    private static readonly (string, Func<Ids, Process, User?, Task>) CreateWithEmail = ("create with email", (ids, process, _)
        => process.Store.CreateAsync(new User { UserId = ids.OtherUser, Email = ids.NewEmail }));

    private static readonly (string, Func<Ids, Process, User?, Task>) Delete = ("delete", (ids, process, _)
        => process.Store.DeleteAsync(ids.User));

    private static readonly (string, Func<Ids, Process, User?, Task>) DeleteRevision = ("delete revision", (_, process, user)
        => process.Store.DeleteUnchangedAsync(user!));

    private static readonly (string, Func<Ids, Process, User?, Task>) Recreate = ("recreate", async (ids, process, _) =>
    {
        await process.Store.DeleteAsync(ids.User);
        await process.Store.CreateAsync(new User { UserId = ids.User, Age = 0 });
    }
    );

    private static readonly (string, Func<Ids, Process, User?, Task>) PatchEmail = ("patch email", (ids, process, _)
        => process.Store.UpdateAsync(ids.User, new UserPatch<User>().Set(user => user.Email, ids.NewEmail).Increment(user => user.Age, 1)));

    private static readonly (string, Func<Ids, Process, User?, Task>) SaveEmail = ("save email", (ids, process, user)
        => process.Store.UpdateAsync(user! with { Email = ids.NewEmail }));

    private static readonly (string, Func<Ids, Process, User?, Task>) PatchIfTen = ("patch if ten", (ids, process, _)
        => process.Store.UpdateAsync(ids.User, new UserPatch<User>().Set(user => user.Name, "Fake Ten").OnlyIf(user => user.Age == 10)));

    private static readonly (string, Func<Ids, Process, User?, Task>) SetTen = ("set ten", (ids, process, _)
        => process.Store.UpdateAsync(ids.User, new UserPatch<User>().Set(user => user.Age, 10)));

    private static readonly (string, Func<Ids, Process, User?, Task>) Replace = ("batch replace", async (ids, process, _) =>
    {
        BatchWriteResult<User> result = await process.Writer.ReplaceAsync([new User { UserId = ids.User, Age = 100 }]);
        if (result.Failures is [{ Error: { } error }])
            throw error;
    }
    );

    private static readonly Scenario[] Pairs =
    [
        new("two patches", StoreUserAsync, Patch, Patch),
        new("patch and save", StoreUserAsync, Patch, Save),
        new("two saves", StoreUserAsync, Save, Save),
        new("two creates of an id", StoreNothingAsync, Create, Create),
        new("two creates of an email", StoreNothingAsync, CreateWithEmail, ("create with email too", (ids, process, _)
            => process.Store.CreateAsync(new User { UserId = ids.User, Email = ids.NewEmail }))),
        new("create and delete", StoreNothingAsync, Create, Delete) { MayRefuseAlone = true, DeletesCreatedUsers = true },
        new("recreation and patch", StoreUserAsync, Recreate, Patch) { MayRefuseAlone = true },
        new("change of email and create of that email", StoreUserAsync, PatchEmail, CreateWithEmail),
        new("save of email and create of that email", StoreUserAsync, SaveEmail, CreateWithEmail),
        new("change of email and patch", StoreUserAsync, PatchEmail, Patch),
        new("change of email and delete", StoreUserAsync, PatchEmail, Delete),
        new("patch and delete", StoreUserAsync, Patch, Delete),
        new("patch and delete of a revision", StoreUserAsync, Patch, DeleteRevision),
        new("condition and the patch that fulfils it", StoreUserAsync, PatchIfTen, SetTen) { MayRefuseAlone = true },
        new("batch replace and patch", StoreUserAsync, Replace, Patch) { UniqueEmails = false },
        new("two batch replaces", StoreNothingAsync, Replace, Replace) { UniqueEmails = false },
    ];

    private static readonly Scenario[] Singles =
    [
        new("patch while others write", StoreUserAsync, Patch) { Burst = WriteQuicklyAsync },
        new("save while others write", StoreUserAsync, Save) { Burst = WriteQuicklyAsync },
        new("create while others write", StoreNothingAsync, Create) { Burst = WriteIfStoredAsync },
        new("delete while others write", StoreUserAsync, Delete) { Burst = WriteQuicklyAsync },
        new("delete of a revision while others write", StoreUserAsync, DeleteRevision) { Burst = WriteQuicklyAsync },
        new("change of email while others write", StoreUserAsync, PatchEmail) { Burst = WriteQuicklyAsync },
        new("batch replace while others write", StoreUserAsync, Replace) { Burst = WriteQuicklyAsync, UniqueEmails = false },
        new("patch while others recreate the user", StoreUserAsync, Patch) { Burst = RecreateQuicklyAsync },
        new("change of email while others recreate the user", StoreUserAsync, PatchEmail) { Burst = RecreateQuicklyAsync },
        new("save while others recreate the user", StoreUserAsync, Save) { Burst = RecreateQuicklyAsync },
        new("delete while others recreate the user", StoreUserAsync, Delete) { Burst = RecreateQuicklyAsync },
        new("batch replace while others recreate the user", StoreUserAsync, Replace) { Burst = RecreateQuicklyAsync, UniqueEmails = false },
    ];

    /// <summary>Gets the calls alone and in pairs.</summary>
    public static IReadOnlyList<Scenario> All { get; } =
        [.. Pairs, .. Singles];

    /// <summary>Gets the pairs, beside which a third process writes at any moment.</summary>
    public static IReadOnlyList<Scenario> WhileOthersWrite { get; } =
        [.. Pairs.Select(pair => pair with { Name = $"{pair.Name} while others write", Burst = WriteQuicklyAsync })];

    /// <summary>Gets the pairs whose second process is an hour behind or ahead of the first, without a recreation: which is wrong if its clock is
    /// behind; docs/concepts.md names this limit.</summary>
    public static IReadOnlyList<Scenario> WithOtherClocks { get; } =
        [.. Pairs.Where(pair => !pair.Name.StartsWith("recreation", StringComparison.Ordinal)).SelectMany(pair => new[] { 1, -1 }, (pair, hours)
            => pair with { Name = $"{pair.Name}, {hours} hour apart", Skews = [TimeSpan.Zero, TimeSpan.FromHours(hours), TimeSpan.Zero] })];

    private static Task<User?> StoreNothingAsync(Ids ids, IUserStore<User> store) => Task.FromResult<User?>(null);

    private static async Task<User?> StoreUserAsync(Ids ids, IUserStore<User> store)
        => await store.CreateAsync(new User { UserId = ids.User, Age = 0 });

    private static async Task WriteQuicklyAsync(Ids ids, IUserStore<User> store)
    {
        for (int write = 0; write < QuickWrites; write++)
            await WriteIfStoredAsync(ids, store);
    }

    private static async Task WriteIfStoredAsync(Ids ids, IUserStore<User> store)
    {
        try
        {
            await store.UpdateAsync(ids.User, new UserPatch<User>().Set(user => user.Name, "Fake Other"));
        }
        catch (UserNotFoundException)
        {
            // It is not stored yet, or no longer.
        }
    }

    private static async Task RecreateQuicklyAsync(Ids ids, IUserStore<User> store)
    {
        await store.DeleteAsync(ids.User);
        try
        {
            await store.CreateAsync(new User { UserId = ids.User, Age = 0 });
        }
        catch (UserAlreadyExistsException)
        {
            // The call under test was faster.
        }
    }
}
