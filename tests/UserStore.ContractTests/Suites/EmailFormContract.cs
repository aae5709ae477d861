namespace UserStore.ContractTests.Suites;

/// <summary>Two spellings of an email that look the same are one email or invalid, so that no spelling finds another mailbox.</summary>
public abstract class EmailFormContract(StoreFactory stores) : Contract(stores)
{
    private const string Email = "kate@example.test";

    public static TheoryData<string, string> Lookalikes => new()
    {
        { "Kelvin sign", "\u212Aate@example.test" },
        { "fullwidth letter", "\uFF4Bate@example.test" },
        { "mathematical letter", "\U0001D424ate@example.test" },
        { "zero width space", "kate\u200B@example.test" },
        { "zero width joiner", "ka\u200Dte@example.test" },
        { "word joiner", "kate\u2060@example.test" },
        { "soft hyphen", "ka\u00ADte@example.test" },
        { "byte order mark", "\uFEFFkate@example.test" },
        { "right-to-left override", "\u202Ekate@example.test" },
        { "variation selector", "kate\uFE0F@example.test" },
        { "tag character", "kate\U000E0061@example.test" },
        { "combining accent", "kat\u0065\u0301@example.test" },
        { "fullwidth at sign", "a@kate\uFF20example.test" },
        { "micro sign", "\u00B5@example.test" },
        { "digraph", "\u01C9@example.test" },
        { "Roman numeral", "\u2170@example.test" },
        { "dot leader", "ka\u2024te@example.test" },
        { "Arabic presentation form", "\uFEDF@example.test" },
        { "squared letters", "\u3371@example.test" },
        { "compatibility Jamo", "\u3131@example.test" },
        { "second at sign", "a@kate@example.test" },
        { "quoted at sign", "\"a@kate\"@example.test" },
    };

    [Theory]
    [MemberData(nameof(Lookalikes))]
    public async Task An_email_that_looks_like_another_one_is_rejected_by_rule_and_finds_nobody(string kind, string lookalike)
    {
        IUserStore<User> store = await CreateStoreAsync();
        User kate = await store.CreateAsync(new User { UserId = "fake-1", Email = Email });

        Func<Task>[] calls =
        [
            () => store.FindByEmailAsync(lookalike),
            () => store.FindByEmailAsync(lookalike, ReadConsistency.Strong),
            () => store.QueryByEmailAsync(lookalike).ReadAllAsync(),
            () => store.CreateAsync(new User { Email = lookalike }),
            () => store.UpdateAsync(kate with { Email = lookalike }),
            () => store.UpdateAsync("fake-1", new UserPatch<User>().Set(user => user.Email, lookalike)),
        ];
        foreach (Func<Task> call in calls)
        {
            InvalidUserException thrown = (await call.Should().ThrowAsync<InvalidUserException>(kind)).Which;
            thrown.Violations.Should().ContainSingle().Which.Field.Should().Be("Email");
            thrown.ToString().Should().NotContain("kate");
        }

        (await store.ListAsync().ReadAllAsync()).Should().Equal(kate);
    }

    [Theory]
    [InlineData("Jos\u00E9@ex\u00E4mple.test", "jos\u00E9@ex\u00E4mple.test")]
    [InlineData("\u0418\u0432\u0430\u0439@example.test", "\u0438\u0432\u0430\u0439@example.test")]
    [InlineData("\u30AC\u4F8B@example.test", "\u30AC\u4F8B@example.test")]
    [InlineData("\uD55C\uAE00@example.test", "\uD55C\uAE00@example.test")]
    [InlineData("\u0645\u062B\u0627\u0644@example.test", "\u0645\u062B\u0627\u0644@example.test")]
    [InlineData("\u0909\u0926\u093E\u0939\u0930\u0923@example.test", "\u0909\u0926\u093E\u0939\u0930\u0923@example.test")]
    [InlineData("stra\u00DFe+tag.x@example.test", "stra\u00DFe+tag.x@example.test")]
    public async Task Letters_of_every_script_are_stored_in_lower_case_and_found(string email, string stored)
    {
        IUserStore<User> store = await CreateStoreAsync();

        User user = await store.CreateAsync(new User { UserId = "fake-1", Email = email });

        user.Email.Should().Be(stored);
        await ShouldOwnEmailAsync(store, email, user);
        await ShouldBeConsistentAsync(store);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_email_that_the_function_of_the_service_rejects_is_invalid(bool returnsNull)
    {
        NormalizeEmailsBy(email => email.StartsWith("known", StringComparison.Ordinal) ? email
            : returnsNull ? null!
            : throw new FormatException($"'{email}' is not known."));
        IUserStore<User> store = await CreateStoreAsync();
        User user = await store.CreateAsync(new User { UserId = "fake-1", Email = "known@example.test" });
        const string Unknown = "secret@example.test";

        Func<Task>[] calls =
        [
            () => store.CreateAsync(new User { Email = Unknown }),
            () => store.UpdateAsync(user with { Email = Unknown }),
            () => store.UpdateAsync("fake-1", new UserPatch<User>().Set(each => each.Email, Unknown)),
            () => store.FindByEmailAsync(Unknown),
            () => store.FindByEmailAsync(Unknown, ReadConsistency.Strong),
        ];
        foreach (Func<Task> call in calls)
        {
            InvalidUserException thrown = (await call.Should().ThrowAsync<InvalidUserException>()).Which;
            thrown.Violations.Should().ContainSingle().Which.Field.Should().Be("Email");
            thrown.ToString().Should().Contain("NormalizeEmail").And.NotContain("secret");
        }

        (await store.ListAsync().ReadAllAsync()).Should().Equal(user);
        BatchWriteResult<User> batch = await WriterOf(store).CreateAsync([new User { Email = Unknown }, new User { Email = "known.2@example.test" }]);
        (batch.Read, batch.Written, batch.Rejected).Should().Be((2, 1, 1));
    }
}
