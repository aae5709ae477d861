using Amazon.DynamoDBv2.Model;
using UserStore.Privacy;
using UserStore.Testing;

namespace UserStore.ServerTests.Privacy;

/// <summary>What a store does with users of a type that prints everything and has no classification but in code.</summary>
internal sealed class ProfileScenes(Walk walk)
{
    private const string Marker = Walk.Marker;

    private IUserStore<WalkedProfile> Store => walk.Get<IUserStore<WalkedProfile>>();

    private IUserBatchWriter<WalkedProfile> Writer => walk.Get<IUserBatchWriter<WalkedProfile>>();

    public async Task RunAsync()
    {
        await Store.EnsureTablesAsync();
        WalkedProfile profile = (await walk.CallAsync(() => Store.CreateAsync(NewProfile("id-1"))))!;
        await walk.CallAsync(
            () => Store.CreateAsync(NewProfile("id-1")),
            () => Store.UpdateAsync(profile with { Name = $"{Marker} new" }),
            () => Store.UpdateAsync(profile with { Name = $"{Marker} late" }),
            () => Store.UpdateAsync(NewProfile("id-9")),
            () => Store.DeleteUnchangedAsync(profile),
            () => Store.CreateAsync(NewProfile("id-2") with { Card = Marker }),
            () => Store.CreateAsync(NewProfile("id-2") with { Card = string.Concat(Enumerable.Repeat($"{Walk.Number}", 8)) }),
            () => Store.UpdateAsync("id-1", new UserPatch<WalkedProfile>().Set(each => each.Card, Marker)),
            () => Store.UpdateAsync("id-1", new UserPatch<WalkedProfile>().OnlyIf(each => each.Card == Marker).Set(each => each.Name, Marker)),
            () => Store.FindByAsync(each => each.Name, Marker));
        await ReplaceAsync();
        await ReadAsync();
        walk.Output.Add("redacted profile", walk.Get<UserRedactor<WalkedProfile>>().Redact(profile));
    }

    private async Task ReplaceAsync()
    {
        walk.Wire.Randomly(5, 0.4, [WireFault.LostResponse, WireFault.Throttle, WireFault.InternalServerError]);
        WalkedProfile[] profiles =
        [
            .. Enumerable.Range(1, 30).Select(number => NewProfile($"id-{number}")), NewProfile("id-3"), NewProfile("id-31") with { Card = Marker },
            NewProfile("id-32") with { Name = string.Concat(Enumerable.Repeat(Marker, 40_000)) },
        ];
        Func<Task<BatchWriteResult<WalkedProfile>>>[] writes = [() => Writer.ReplaceAsync(profiles), () => Writer.CreateAsync(profiles)];
        foreach (Func<Task<BatchWriteResult<WalkedProfile>>> write in writes)
        {
            foreach (BatchItemFailure<WalkedProfile> failure in (await walk.CallAsync(write))!.Failures)
            {
                walk.Output.Add("ToString() of BatchItemFailure", failure.ToString());
                if (failure.Error is not null)
                    walk.Note(failure.Error);
            }
        }

        walk.Wire.Clear();
    }

    private async Task ReadAsync()
    {
        await LocalServer.Shared.Client.PutItemAsync(
            walk.Prefix + "Profiles", new() { ["id"] = new("id-40"), ["name"] = new() { L = [new AttributeValue(Marker)] }, ["notes"] = new(Marker) });
        await walk.CallAsync(() => Store.FindAsync("id-40"));
        await walk.CallAsync(() => Store.FindManyAsync(["id-1", "id-40"]));
        await walk.CallAsync(() => Store.ListPageAsync());
        await walk.CallAsync(() => Store.UpdateAsync("id-40", new UserPatch<WalkedProfile>().Append(each => each.Notes, Marker)));
    }

    private static WalkedProfile NewProfile(string id) => new() { Id = id, Name = $"{Marker} name", Card = $"{Walk.Number}", Notes = [$"{Marker} note"] };
}
