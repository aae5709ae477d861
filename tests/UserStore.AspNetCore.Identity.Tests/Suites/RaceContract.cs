using System.Collections.Concurrent;
using Microsoft.AspNetCore.Identity;

namespace UserStore.AspNetCore.Identity.Tests.Suites;

/// <summary>Requests that change the same at the same time.</summary>
public abstract class RaceContract(StoreFactory stores) : IdentityContract(stores)
{
    private static readonly int Registrations = 200;
    private static readonly int SignIns = 100;

    [Fact]
    public async Task Of_many_registrations_of_one_name_one_succeeds()
    {
        UserManager<Member>[] managers = [.. Enumerable.Range(0, Registrations).Select(_ => Open<UserManager<Member>>())];
        var created = new ConcurrentBag<string>();

        await Parallel.ForAsync(0, Registrations, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (number, _) =>
        {
            var user = new Member { UserName = number % 2 == 0 ? "Ada" : "ADA", Email = $"ada-{number}@example.test" };
            IdentityResult result = await managers[number].CreateAsync(user);
            if (result.Succeeded)
                created.Add(user.Id);
            else
                ShouldFail(result, "DuplicateUserName");
        });

        created.Should().ContainSingle();
        (await Users.FindByNameAsync("ada"))!.Id.Should().Be(created.Single());
        for (int number = 0; number < Registrations; number += 40)
            ((await Users.FindByEmailAsync($"ada-{number}@example.test"))?.Id ?? created.Single()).Should().Be(created.Single(), "others left nothing behind");
    }

    [Fact]
    public async Task Of_many_registrations_of_one_email_one_succeeds()
    {
        UserManager<Member>[] managers = [.. Enumerable.Range(0, 40).Select(_ => Open<UserManager<Member>>())];
        IdentityResult[] results = await Task.WhenAll(managers.Select((manager, number) => manager.CreateAsync(
            new Member { UserName = $"fake-{number}", Email = "Shared@example.test" })));

        results.Count(result => result.Succeeded).Should().Be(1);
        foreach (IdentityResult result in results.Where(result => !result.Succeeded))
            ShouldFail(result, "DuplicateEmail");
    }

    [Fact]
    public async Task Every_failed_sign_in_is_counted()
    {
        Member user = await CreateAsync(password: Password);
        ShouldSucceed(await Users.SetLockoutEnabledAsync(user, true));
        (UserManager<Member> Manager, Member User)[] requests = await ReadEachAsync(user, SignIns);

        int unknown = await FailAsync(requests);

        (await ReadAsync(user)).AccessFailedCount.Should().BeInRange(SignIns - unknown, SignIns);
        int[] counts = [.. requests.Select(request => request.User.AccessFailedCount).Where(count => count > 0)];
        counts.Should().HaveCount(SignIns - unknown);
        if (!Stores.LosesResponses) // a retry reads the count, to which others can have added
            counts.Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task A_user_is_locked_out_however_many_sign_ins_fail_at_once()
    {
        Member user = await CreateAsync(password: Password);
        ShouldSucceed(await Users.SetLockoutEnabledAsync(user, true));
        Users.Options.Lockout.MaxFailedAccessAttempts = 5;
        (UserManager<Member> Manager, Member User)[] requests = await ReadEachAsync(user, 40);

        await FailAsync(requests);

        (await Users.IsLockedOutAsync(await ReadAsync(user))).Should().BeTrue();
    }

    [Fact]
    public async Task Failed_sign_ins_do_not_undo_what_others_change()
    {
        Member user = await CreateAsync(password: Password);
        Member stale = await ReadAsync(user);
        user.City = "Faketown";
        ShouldSucceed(await Users.UpdateAsync(user));

        ShouldSucceed(await Users.AccessFailedAsync(stale));

        stale.City.Should().Be("Faketown", "the user is as it is stored");
        (await ReadAsync(user)).Should().BeEquivalentTo(stale);
        (UserManager<Member> late, Member changed) = (Open<UserManager<Member>>(), await ReadAsync(user));
        changed.City = "Elsewhere";
        ShouldSucceed(await Users.AccessFailedAsync(await ReadAsync(user)));
        ShouldFail(await late.AccessFailedAsync(changed), "ConcurrencyFailure");
        Member stored = await ReadAsync(user);
        (stored.City, stored.AccessFailedCount).Should().Be(("Faketown", 3));
    }

    [Fact]
    public async Task A_sign_in_that_a_change_of_the_password_overtakes_fails_and_keeps_its_security_stamp()
    {
        Member user = await CreateAsync(password: Password);
        ShouldSucceed(await Users.AccessFailedAsync(user));
        UserManager<Member> request = Open<UserManager<Member>>();
        Member signIn = (await request.FindByIdAsync(user.Id))!;
        (await request.CheckPasswordAsync(signIn, Password)).Should().BeTrue();
        string? stamp = signIn.SecurityStamp;

        ShouldSucceed(await Users.ChangePasswordAsync(user, Password, "Other-Passw0rd!"));

        ShouldFail(await request.ResetAccessFailedCountAsync(signIn), "ConcurrencyFailure");
        signIn.SecurityStamp.Should().Be(stamp, "a session with the new one would outlive the change");
        (await ReadAsync(user)).AccessFailedCount.Should().Be(1);
    }

    [Fact]
    public async Task A_sign_in_does_not_pass_the_lockout_that_others_caused_meanwhile()
    {
        Member user = await CreateAsync(password: Password);
        ShouldSucceed(await Users.AccessFailedAsync(user));
        UserManager<Member> request = Open<UserManager<Member>>();
        Member signIn = (await request.FindByIdAsync(user.Id))!;
        for (int attempt = 1; attempt < Users.Options.Lockout.MaxFailedAccessAttempts; attempt++)
            ShouldSucceed(await Users.AccessFailedAsync(user));

        ShouldFail(await request.ResetAccessFailedCountAsync(signIn), "ConcurrencyFailure");

        (await Users.IsLockedOutAsync(await ReadAsync(user))).Should().BeTrue();
    }

    [Fact]
    public async Task A_sign_in_resets_the_count_whatever_else_others_changed()
    {
        Member user = await CreateAsync(password: Password);
        ShouldSucceed(await Users.AccessFailedAsync(user));
        Member signIn = await ReadAsync(user);
        ShouldSucceed(await Users.AccessFailedAsync(user));
        user.City = "Faketown";
        ShouldSucceed(await Users.UpdateAsync(user));

        ShouldSucceed(await Open<UserManager<Member>>().ResetAccessFailedCountAsync(signIn));

        Member stored = await ReadAsync(user);
        (stored.City, stored.AccessFailedCount).Should().Be(("Faketown", 0));
        stored.Should().BeEquivalentTo(signIn);
    }

    [Fact]
    public async Task Of_concurrent_changes_of_the_password_one_succeeds()
    {
        Member user = await CreateAsync(password: Password);
        (UserManager<Member> Manager, Member User)[] requests = await ReadEachAsync(user, 8);

        IdentityResult[] results = await Task.WhenAll(requests.Select(
            (request, number) => request.Manager.ChangePasswordAsync(request.User, Password, $"Other-Passw0rd-{number}")));

        int winner = Array.FindIndex(results, result => result.Succeeded);
        results.Count(result => result.Succeeded).Should().Be(1);
        foreach (IdentityResult result in results.Where(result => !result.Succeeded))
            ShouldFail(result, "ConcurrencyFailure");
        Member stored = await ReadAsync(user);
        (await Users.CheckPasswordAsync(stored, $"Other-Passw0rd-{winner}")).Should().BeTrue();
        stored.SecurityStamp.Should().Be(requests[winner].User.SecurityStamp);
    }

    // An item remembers eight writes, so the outcome of one can be unknown if its response was lost and others came after it.
    private async Task<int> FailAsync((UserManager<Member> Manager, Member User)[] requests)
    {
        int unknown = 0;
        int atOnce = Stores.LosesResponses ? 4 : 16;
        await Parallel.ForEachAsync(requests, new ParallelOptions { MaxDegreeOfParallelism = atOnce }, async (request, _) =>
        {
            try
            {
                ShouldSucceed(await request.Manager.AccessFailedAsync(request.User));
            }
            catch (UserWriteOutcomeUnknownException) when (Stores.LosesResponses)
            {
                Interlocked.Increment(ref unknown);
            }
        });
        unknown.Should().BeLessThan(requests.Length / 10);
        return unknown;
    }

    private async Task<(UserManager<Member> Manager, Member User)[]> ReadEachAsync(Member user, int count)
    {
        var requests = new (UserManager<Member>, Member)[count];
        for (int number = 0; number < count; number++)
        {
            UserManager<Member> manager = Open<UserManager<Member>>();
            requests[number] = (manager, (await manager.FindByIdAsync(user.Id))!);
        }

        return requests;
    }

    protected override void Configure(IdentityOptions options) => options.Lockout.MaxFailedAccessAttempts = SignIns + 1;
}
