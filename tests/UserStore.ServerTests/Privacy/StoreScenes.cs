using Amazon.DynamoDBv2.Model;
using UserStore.Privacy;
using UserStore.Replication;
using UserStore.Testing;

namespace UserStore.ServerTests.Privacy;

/// <summary>What a store does with users: well, with conflicts, with bad input, on a bad wire, and with items of other programs.</summary>
internal sealed class StoreScenes(Walk walk)
{
    private const string Marker = Walk.Marker;

    private static readonly WireFault[] Faults =
    [
        WireFault.LostResponse, WireFault.TruncatedResponse, WireFault.AbortedResponse, WireFault.Reset, WireFault.InternalServerError,
        WireFault.ServiceUnavailable, WireFault.Throttle, WireFault.TransactionConflict,
    ];

    private IUserStore<WalkedUser> Store => walk.Store;

    private IUserBatchWriter<WalkedUser> Writer => walk.Get<IUserBatchWriter<WalkedUser>>();

    public async Task RunAsync()
    {
        await walk.Get<UserReplicator<WalkedUser, WalkedView>>().EnsureTablesAsync(); // for erasures
        await WriteAndReadAsync();
        await ConflictAsync();
        await RefuseInputAsync();
        await RefuseExpressionsAsync();
        await new ProfileScenes(walk).RunAsync();
        await new EncryptionScenes(walk).RunAsync();
        await FailAsync();
        await DamageResponsesAsync();
        await WriteBatchesAsync();
        await ReadItemsOfOthersAsync();
        await AuditAsync();
        await new PrivacyScenes(walk).RunAsync();
    }

    private async Task WriteAndReadAsync()
    {
        WalkedUser user = (await walk.CallAsync(() => Store.CreateAsync(Walk.NewUser("id-1"))))!;
        user = (await walk.CallAsync(() => Store.UpdateAsync(user with { Email = $"{Marker}.new@example.test", Logins = [$"{Marker}-new"] })))!;
        await walk.CallAsync(() => Store.UpdateAsync("id-1", new UserPatch<WalkedUser>()
            .Set(each => each.Phone, $"{Marker}-new").Set(each => each.Name, $"{Marker} new").Increment(each => each.Age, -1)
            .Append(each => each.Tags, $"{Marker}-2").OnlyIf(each => each.City == $"{Marker} city")));
        await walk.CallAsync(() => Store.FindAsync("id-1"));
        await walk.CallAsync(() => Store.FindByAsync(each => each.Phone, $"{Marker}-new", ReadConsistency.Strong));
        await walk.CallAsync(() => Store.FindByEmailAsync($"{Marker}.new@example.test"));
        await walk.CallAsync(() => Store.FindByEmailAsync($"{Marker}.new@example.test", ReadConsistency.Strong));
        await walk.CallAsync(() => Store.FindAllByAsync(each => each.Groups, $"{Marker}-group"));
        await walk.CallAsync(() => Store.FindManyAsync(["id-1", "id-0"]));
        await walk.CallAsync(() => Store.QueryByStatusAsync($"{Marker}-status"));
        var query = new UserQuery<WalkedUser>("city-index", $"{Marker} city")
        {
            SortKey = SortKeyCondition.AtLeast(Walk.Number - 1),
            Filter = each => each.Name == $"{Marker} new",
            PageSize = 1,
        };
        await walk.CallAsync(() => Store.QueryPageAsync(query));
        await walk.CallAsync(() => Store.ListAsync(new UserListOptions { TotalSegments = 2 }));
        await walk.CallAsync(() => Store.CreateAsync(Walk.NewUser("id-2")));
        await walk.CallAsync(() => Store.DeleteAsync("id-2"));
        walk.Output.Add("redacted user", walk.Get<UserRedactor<WalkedUser>>().Redact(user with { Status = "active" }));
        walk.Output.Add("query", query.ToString());
    }

    private async Task ConflictAsync()
    {
        WalkedUser first = (await walk.CallAsync(() => Store.CreateAsync(Walk.NewUser("id-3"))))!;
        WalkedUser second = await Store.CreateAsync(Walk.NewUser("id-4") with { Email = null, Phone = null, Logins = null });
        await Store.UpdateAsync(first with { Age = 1 });
        await Store.UpdateAsync(second with { Age = 1 });
        foreach (WalkedUser stale in new[] { first, second })
        {
            await walk.CallAsync(
                () => Store.CreateAsync(stale),
                () => Store.UpdateAsync(stale),
                () => Store.UpdateAsync(stale with { Email = $"{Marker}.other@example.test" }),
                () => Store.UpdateAsync(stale with { UserId = "id-9" }),
                () => Store.DeleteUnchangedAsync(stale),
                () => Store.DeleteAsync(stale.UserId, expectedVersion: 1),
                () => Store.UpdateAsync(stale.UserId, Patch().ExpectVersion(1)),
                () => Store.UpdateAsync(stale.UserId, Patch().OnlyIf(each => each.Name == $"{Marker} none")),
                () => Store.UpdateAsync(stale.UserId, Patch().Set(each => each.Phone, $"{Marker}-5").OnlyIf(each => each.Age == Walk.Number)),
                () => Store.UpdateAsync("id-9", Patch()),
                () => Store.GetAsync("id-9"));
        }

        await walk.CallAsync(
            () => Store.CreateAsync(Walk.NewUser("id-5") with { Email = first.Email }),
            () => Store.CreateAsync(Walk.NewUser("id-5") with { Phone = first.Phone }),
            () => Store.CreateAsync(Walk.NewUser("id-5") with { Logins = first.Logins }),
            () => Store.UpdateAsync("id-4", new UserPatch<WalkedUser>().Set(each => each.Email, first.Email)),
            () => Store.UpdateAsync("id-4", new UserPatch<WalkedUser>().Set(each => each.Logins, first.Logins)));
    }

    private async Task RefuseInputAsync()
    {
        string huge = string.Concat(Enumerable.Repeat(Marker, 40_000));
        WalkedUser user = Walk.NewUser("id-6");
        WalkedUser[] invalid =
        [
            user with { Email = huge }, user with { Name = huge }, user with { City = huge }, user with { City = "" }, user with { Phone = huge[..3000] },
            user with { Name = Marker + "\ud800" }, user with { Claims = new() { [Marker] = "\udfff" } }, user with { Logins = [$"{Marker}", ""] },
            user with { Pin = $"{Marker}" }, user with { Status = "" }, user with { Status = huge[..3000] }, user with { UserId = " " },
            user with { Logins = [.. Enumerable.Range(0, 120).Select(each => $"{Marker}-{each}")] }, user with { Tags = [Marker, null!] },
            user with { Email = $" {Marker} " }, user with { ExpiresAt = DateTimeOffset.MinValue }, user with { CreatedAt = DateTimeOffset.MaxValue },
            user with { Address = new WalkedAddress { Street = huge } }, user with { Groups = [huge[..3000]] }, user with { Plan = (WalkedPlan)Walk.Number },
        ];
        foreach (WalkedUser each in invalid)
        {
            await walk.CallAsync(() => Store.CreateAsync(each), () => Store.UpdateAsync(each));
            await walk.CallAsync(() => Writer.CreateAsync([each]));
        }

        await Store.DeleteAsync("id-6");
        await Store.CreateAsync(user);
        await walk.CallAsync(
            () => Store.UpdateAsync("id-6", new UserPatch<WalkedUser>().Set(each => each.Name, huge)),
            () => Store.UpdateAsync("id-6", new UserPatch<WalkedUser>().Append(each => each.Tags, huge[..390_000])),
            () => Store.UpdateAsync("id-6", new UserPatch<WalkedUser>().Append(each => each.Tags, huge[..390_000])),
            () => Store.UpdateAsync("id-6", new UserPatch<WalkedUser>().Set(each => each.Pin, Marker)),
            () => Store.UpdateAsync("id-6", new UserPatch<WalkedUser>().Set(each => each.Phone, "")),
            () => Store.UpdateAsync("id-6", new UserPatch<WalkedUser>().Set(each => each.Email, huge)),
            () => Store.UpdateAsync("id-6", new UserPatch<WalkedUser>().Set(each => each.City, "")),
            () => Store.UpdateAsync("id-6", new UserPatch<WalkedUser>().Set(each => each.UserId, Marker)),
            () => Store.UpdateAsync("id-6", new UserPatch<WalkedUser>().Increment(each => each.Age, int.MaxValue)),
            () => Store.UpdateAsync("id-6", new UserPatch<WalkedUser>().Increment(each => each.Salary, decimal.MaxValue)));
    }

    private async Task RefuseExpressionsAsync()
    {
        string token = (await Store.ListPageAsync(new UserListOptions { PageSize = 1 })).ContinuationToken!;
        await walk.CallAsync(
            () => Store.FindByAsync(each => each.Name, Marker),
            () => Store.FindByAsync(each => each.Name + Marker, Marker),
            () => Store.FindByAsync(each => each.Email, Marker + "\ud800"),
            () => Store.FindByAsync(each => each.Phone, string.Concat(Enumerable.Repeat(Marker, 300)), ReadConsistency.Strong),
            () => Store.UpdateAsync("id-6", Patch().OnlyIf(each => each.Name!.Replace(Marker, "") == Marker)),
            () => Store.UpdateAsync("id-6", Patch().OnlyIf(each => new[] { Marker }.Any(one => one == each.Name))),
            () => Store.UpdateAsync("id-6", Patch().OnlyIf(each => Equals(each.Name, Marker))),
            () => Store.UpdateAsync("id-6", Patch().OnlyIf(each => each.Name == Broken(Marker))),
            () => Store.QueryPageAsync(new UserQuery<WalkedUser>("no-index", Marker)),
            () => Store.QueryPageAsync(new UserQuery<WalkedUser>("city-index", Marker) { SortKey = SortKeyCondition.EqualTo(Marker) }),
            () => Store.QueryPageAsync(new UserQuery<WalkedUser>("city-index", "")),
            () => Store.QueryPageAsync(new UserQuery<WalkedUser>("city-index", Walk.Number)),
            () => Store.QueryPageAsync(new UserQuery<WalkedUser>("city-index", Marker) { Filter = each => each.City == Marker }),
            () => Store.QueryPageAsync(new UserQuery<WalkedUser>("city-index", Marker) { Filter = each => each.Name!.Normalize() == Marker }),
            () => Store.QueryPageAsync(new UserQuery<WalkedUser>("city-index", Marker), Marker),
            () => Store.QueryPageAsync(new UserQuery<WalkedUser>("city-index", Marker), token),
            () => Store.ListPageAsync(new UserListOptions { PageSize = 1 }, token[..^2] + "zz"));
    }

    private async Task FailAsync()
    {
        WalkedUser user = await Store.CreateAsync(Walk.NewUser("id-7"));
        walk.Options.Retry.Timeout = TimeSpan.FromMilliseconds(20);
        foreach (WireFault fault in Faults)
        {
            walk.Wire.Every(1, fault);
            await walk.CallAsync(
                () => Store.FindAsync("id-7"),
                () => Store.UpdateAsync(user with { Age = 2 }),
                () => Store.UpdateAsync(user with { Email = $"{Marker}.8@example.test" }),
                () => Store.UpdateAsync("id-7", Patch()),
                () => Store.CreateAsync(Walk.NewUser("id-8")),
                () => Store.CreateAsync(Walk.NewUser("id-8") with { Email = null, Phone = null, Logins = null, Groups = null }),
                () => Store.DeleteAsync("id-7"),
                () => Store.FindByEmailAsync($"{Marker}.id-7@example.test", ReadConsistency.Strong));
            await walk.CallAsync(() => Store.ListAsync());
            await walk.CallAsync(() => Store.FindManyAsync(["id-7"]));
            await walk.CallAsync(() => Store.QueryByStatusAsync($"{Marker}-status"));
            await walk.CallAsync(() => Writer.CreateAsync([Walk.NewUser("id-8")]));
            await walk.CallAsync(() => Writer.DeleteAsync(["id-8"]));
            walk.Wire.Clear();
        }

        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await walk.CallAsync(() => Store.UpdateAsync("id-7", Patch(), cancelled.Token));
        walk.Options.Retry.Timeout = TimeSpan.FromSeconds(5);
    }

    // The lowest bit of a byte of the response is inverted: often in a value, sometimes in the structure or in a number.
    private async Task DamageResponsesAsync()
    {
        await walk.CallAsync(() => Store.CreateAsync(Walk.NewUser("id-10")));
        walk.Options.Retry.Timeout = TimeSpan.Zero;
        for (int seed = 0; seed < 40; seed++)
        {
            walk.Wire.Every(1, WireFault.DamagedResponse(seed));
            await walk.CallAsync(() => Store.FindAsync("id-10", ReadConsistency.Strong));
            await walk.CallAsync(() => Store.QueryByStatusAsync($"{Marker}-status"));
            await walk.CallAsync(() => Store.UpdateAsync("id-10", Patch()), () => Store.UpdateAsync("id-10", Patch().ExpectVersion(0)));
            await walk.CallAsync(() => Store.CreateAsync(Walk.NewUser("id-10")));
            walk.Wire.Clear();
        }

        walk.Options.Retry.Timeout = TimeSpan.FromSeconds(5);
    }

    private async Task WriteBatchesAsync()
    {
        walk.Wire.Randomly(3, 0.3, [WireFault.LostResponse, WireFault.Throttle, WireFault.Unprocessed(1, 0.5), WireFault.TransactionConflict]);
        WalkedUser[] users = [.. Enumerable.Range(20, 30).Select(number => Walk.NewUser($"id-{number}")), Walk.NewUser("id-21"), Walk.NewUser("id-3")];
        BatchWriteResult<WalkedUser>? created = await walk.CallAsync(() => Writer.CreateAsync(users));
        BatchWriteResult<UserKey>? deleted = await walk.CallAsync(() => Writer.DeleteAsync(users.Take(20).Select(user => (UserKey)user.UserId)));
        walk.Wire.Clear();
        foreach (BatchItemFailure<WalkedUser> failure in created!.Failures)
        {
            walk.Output.Add("ToString() of BatchItemFailure", failure.ToString());
            if (failure.Error is not null)
                walk.Note(failure.Error);
        }

        walk.Output.Add("ToString() of BatchWriteResult", deleted!.Failures);
    }

    private async Task ReadItemsOfOthersAsync()
    {
        AttributeValue text = new(Marker), number = new() { N = $"{Walk.Number}99999999999999" };
        (string Name, AttributeValue Value)[] wrong =
        [
            ("age", text), ("age", number), ("created_at", text), ("updated_at", number), ("expires_at", text), ("version", text), ("tags", text),
            ("phone", number), ("logins", text), ("claims", text), ("address", text), ("plan", text), ("plan", number), ("pin", text),
            ("pin", number), ("photo", text), ("write_id", text), ("birth_id", number), ("tags", new AttributeValue { SS = [Marker] }),
            ("address", new AttributeValue { M = new() { ["Lines"] = text } }), ("groups", number),
        ];
        foreach ((string name, AttributeValue value) in wrong)
        {
            await walk.PutAsync("id-50", ("name", text), ("email", new($"{Marker}.50@example.test")), ("status", text), (name, value));
            await walk.CallAsync(() => Store.FindAsync("id-50"));
            await walk.CallAsync(() => Store.FindManyAsync(["id-50"]));
            await walk.CallAsync(() => Store.ListAsync());
            await walk.CallAsync(() => Store.FindByEmailAsync($"{Marker}.50@example.test"));
            await walk.CallAsync(() => Store.UpdateAsync("id-50", Patch()));
            await walk.CallAsync(() => Store.UpdateAsync("id-50", new UserPatch<WalkedUser>().Append(each => each.Tags, Marker)));
            await walk.CallAsync(() => Store.CreateAsync(Walk.NewUser("id-50")));
            await walk.CallAsync(() => Store.UpdateAsync(Walk.NewUser("id-50")));
            await walk.PutAsync("id-50", ("name", text), (name, value));
            await walk.CallAsync(() => Store.DeleteAsync("id-50"));
        }
    }

    private async Task AuditAsync()
    {
        await walk.PutAsync("id-60", ("email", new($"{Marker}.60@example.test")), ("status", new("active")));
        await walk.PutAsync("id-61", ("email", new($"{Marker}.60@example.test")), ("phone", new("")), ("status", new("active")));
        await walk.PutAsync("id-62", ("phone", new() { N = $"{Walk.Number}" }), ("logins", new(Marker)), ("status", new("active")));
        await walk.PutAsync("id-63", ("email", new($" {Marker.ToUpperInvariant()}.63@example.test")), ("status", new("active")));
        await LocalServer.Shared.Client.DeleteItemAsync(walk.Table, new() { ["user_id"] = new("id-40") });
        var audit = walk.Get<IUniqueValueAudit<WalkedUser>>();
        foreach (UniqueValueAuditPage page in await walk.CallAsync(() => audit.CheckAsync()))
            walk.Output.Add("ToString() of findings", page.Findings.Select(finding => finding.ToString()).ToArray());
        walk.Wire.Next(WireFault.Throttle, "TransactWriteItems");
        foreach (UniqueValueAuditPage page in await walk.CallAsync(() => audit.RepairAsync()))
            walk.Output.Add("ToString() of findings", page.Findings.Select(finding => finding.ToString()).ToArray());
        await walk.CallAsync(() => audit.CheckAsync(Marker));
        walk.Options.Retry.Timeout = TimeSpan.Zero;
        walk.Wire.Every(1, WireFault.Throttle, "Scan");
        await walk.CallAsync(() => audit.CheckAsync());
        walk.Wire.Clear();
        walk.Options.Retry.Timeout = TimeSpan.FromSeconds(5);
    }

    private static UserPatch<WalkedUser> Patch() => new UserPatch<WalkedUser>().Set(each => each.Name, $"{Marker} patched");

    private static string Broken(string value) => throw new ApplicationFailureException(value);
}
