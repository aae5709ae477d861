using Microsoft.AspNetCore.Identity;

namespace UserStore.AspNetCore.Identity.Tests.Suites;

/// <summary>Passkeys.</summary>
public abstract class PasskeyContract(StoreFactory stores) : IdentityContract(stores)
{
    [Fact]
    public async Task A_passkey_is_kept_with_all_its_values()
    {
        Member user = await CreateAsync();
        UserPasskeyInfo passkey = NewPasskey(1);
        passkey.Name = "Fake phone";

        ShouldSucceed(await Users.AddOrUpdatePasskeyAsync(user, passkey));

        Member stored = await ReadAsync(user);
        (await Users.GetPasskeysAsync(stored)).Should().ContainSingle().Which.Should().BeEquivalentTo(passkey);
        (await Users.GetPasskeyAsync(stored, passkey.CredentialId)).Should().BeEquivalentTo(passkey);
        (await Users.GetPasskeyAsync(stored, [9])).Should().BeNull();
        (await Users.FindByPasskeyIdAsync(passkey.CredentialId))!.Should().BeEquivalentTo(user);
    }

    [Fact]
    public async Task A_passkey_is_updated_in_place_and_removed()
    {
        Member user = await CreateAsync();
        UserPasskeyInfo passkey = NewPasskey(1);
        ShouldSucceed(await Users.AddOrUpdatePasskeyAsync(user, passkey));
        ShouldSucceed(await Users.AddOrUpdatePasskeyAsync(user, NewPasskey(2)));

        (passkey.SignCount, passkey.IsBackedUp, passkey.Name) = (uint.MaxValue, true, "Renamed");
        ShouldSucceed(await Users.AddOrUpdatePasskeyAsync(user, passkey));
        (await Users.GetPasskeysAsync(await ReadAsync(user))).Should().HaveCount(2).And.ContainEquivalentOf(passkey);

        ShouldSucceed(await Users.RemovePasskeyAsync(user, passkey.CredentialId));
        (await Users.FindByPasskeyIdAsync(passkey.CredentialId)).Should().BeNull();
        (await Users.GetPasskeysAsync(await ReadAsync(user))).Should().ContainSingle().Which.CredentialId.Should().Equal(NewPasskey(2).CredentialId);
    }

    [Fact]
    public async Task A_passkey_belongs_to_one_user()
    {
        Member user = await CreateAsync(), other = await CreateAsync();
        ShouldSucceed(await Users.AddOrUpdatePasskeyAsync(user, NewPasskey(1)));

        ShouldFail(await Users.AddOrUpdatePasskeyAsync(other, NewPasskey(1)), "PasskeyAlreadyAssociated");

        (await Users.FindByPasskeyIdAsync(NewPasskey(1).CredentialId))!.Id.Should().Be(user.Id);
        (await Users.GetPasskeysAsync(await ReadAsync(other))).Should().BeEmpty();
        ShouldSucceed(await Users.DeleteAsync(user));
        ShouldSucceed(await Users.AddOrUpdatePasskeyAsync(await ReadAsync(other), NewPasskey(1)));
    }

    [Fact]
    public async Task An_unchanged_user_with_passkeys_keeps_its_stamp()
    {
        Member user = await CreateAsync();
        ShouldSucceed(await Users.AddOrUpdatePasskeyAsync(user, NewPasskey(1)));
        Member stored = await ReadAsync(user);
        string stamp = stored.ConcurrencyStamp!;

        ShouldSucceed(await Users.UpdateAsync(stored));

        stored.ConcurrencyStamp.Should().Be(stamp);
    }

    [Fact]
    public async Task No_transports_are_kept_apart_from_unknown_ones()
    {
        Member user = await CreateAsync();
        foreach (string[]? transports in new[] { [], null, new[] { "usb" } })
        {
            var passkey = new UserPasskeyInfo([1], [2], default, signCount: 0, transports, false, false, false, [], []);
            ShouldSucceed(await Users.AddOrUpdatePasskeyAsync(user, passkey));
            (await Users.GetPasskeyAsync(await ReadAsync(user), [1]))!.Transports.Should().BeEquivalentTo(transports);
        }
    }

    private static UserPasskeyInfo NewPasskey(byte number) => new(
        [number, 250, 251, 252], [number, 1], new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero), signCount: 7, ["internal", "hybrid"],
        isUserVerified: true, isBackupEligible: true, isBackedUp: false, attestationObject: [number, 3], clientDataJson: [number, 4]);
}
