using System.Text.Json;
using UserStore.Privacy;
using UserStore.TestKit.UserTypes;

namespace UserStore.ServerTests.Encryption;

/// <summary>A user is deleted, erased, or created again, directly before any request of a call that reads it for its rights: the call returns it as it
/// was, or as it is, and no part of it in place of the whole.</summary>
public sealed class DisappearingPatientTests : EncryptionTest
{
    private const int MaxRequests = 8;

    private IUserPrivacy<Patient> OtherPrivacy => new DynamoDbUserPrivacy<Patient>(Server.Client, NewProcessOptions(), Stores.Time);

    [Theory]
    [InlineData("deletes", false)]
    [InlineData("recreates", false)]
    [InlineData("deletes", true)]
    [InlineData("recreates", true)]
    [InlineData("recreates and restricts", true)]
    public async Task A_user_is_exported_whole_or_not_at_all(string interference, bool isRestricted)
    {
        int interferences = await CutAtEveryRequestAsync(MaxRequests, async request =>
        {
            IUserPrivacy<Patient> privacy = await ArrangeAsync(isRestricted);
            InterfereBefore(request, interference);
            using var json = new MemoryStream();

            bool isExported = await privacy.ExportAsync("fake-1", json);

            bool isReached = Wire.Operations.Count >= request;
            Wire.Clear();
            if (isExported)
            {
                JsonElement[] users = [.. JsonDocument.Parse(json.ToArray()).RootElement.GetProperty("items").EnumerateArray()
                    .Where(item => item.GetProperty("kind").GetString() == "user").Select(item => item.GetProperty("attributes"))];
                users.Select(user => (user.GetProperty("Id").GetString(), user.GetProperty("Ward").GetString())).Distinct().Should().BeSubsetOf(
                    [("fake-1", "ward-1")]);
            }

            return isReached;
        });

        interferences.Should().BePositive();
    }

    [Theory]
    [InlineData("deletes")]
    [InlineData("recreates")]
    [InlineData("recreates and restricts")]
    public async Task A_restricted_user_is_found_whole_or_not_at_all(string interference)
    {
        int interferences = await CutAtEveryRequestAsync(MaxRequests, async request =>
        {
            IUserPrivacy<Patient> privacy = await ArrangeAsync(isRestricted: true);
            InterfereBefore(request, interference);

            Patient? found = await privacy.FindRestrictedAsync("fake-1");

            bool isReached = Wire.Operations.Count >= request;
            Wire.Clear();
            if (found is not null)
                (found.Id, found.Ward, found.Diagnosis).Should().Be(("fake-1", "ward-1", Patient.New(1).Diagnosis));
            return isReached;
        });

        interferences.Should().BePositive();
    }

    // A process that knows no data key.
    private async Task<IUserPrivacy<Patient>> ArrangeAsync(bool isRestricted)
    {
        await DeleteAsync();
        await OtherProcess().CreateAsync(Patient.New(1));
        if (isRestricted)
            await OtherPrivacy.RestrictAsync("fake-1");
        Wire.Clear();
        return new DynamoDbUserPrivacy<Patient>(Client, NewProcessOptions(), Stores.Time);
    }

    private void InterfereBefore(int request, string interference)
    {
        int sent = 0;
        Wire.BeforeRequest = async _ =>
        {
            if (Interlocked.Increment(ref sent) != request)
                return;
            await DeleteAsync();
            if (interference == "deletes")
                return;
            await OtherProcess().CreateAsync(Patient.New(1));
            if (interference == "recreates and restricts")
                await OtherPrivacy.RestrictAsync("fake-1");
        };
    }

    // Also a restricted user.
    private async Task DeleteAsync()
    {
        if (await OtherPrivacy.FindRestrictedAsync("fake-1") is not null)
            await OtherPrivacy.ReleaseAsync("fake-1");
        await OtherProcess().DeleteAsync("fake-1");
    }
}
